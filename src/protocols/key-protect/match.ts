import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { badQuery } from './errors.ts';
import { Query } from './query.ts';

export const PREFIX = '/api/v2';

/** What a method and a path lead to. */
export interface Matched {
  readonly name: OperationName;
  readonly path: Readonly<Record<string, string>>;
}

interface Shape {
  readonly name: OperationName;
  readonly method: Endpoint['method'];
  readonly parts: readonly string[];
}

/** Exact parts before parts in braces, from the left. */
const SHAPES: readonly Shape[] = (Object.entries(CATALOG) as [OperationName, Endpoint][])
  .map(([name, { method, path }]) => ({ name, method, parts: partsOf(path) }))
  .toSorted((a, b) => braces(a.parts).localeCompare(braces(b.parts)));

/** Below `/keys/{id}`, what the deprecated `?action=` of the same path means. */
const ACTIONS: ReadonlySet<string> = new Set<OperationName>([
  'wrap',
  'unwrap',
  'rewrap',
  'rotate',
  'disable',
  'enable',
  'setKeyForDeletion',
  'unsetKeyForDeletion',
]);

/**
 * Finds the operation that a request is for; `undefined` where no path is like this, or it does not take the method.
 *
 * @param path as sent, below the host
 * @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR` an action that is none
 */
export function match(method: string, path: string, query: Query): Matched | undefined {
  if (!path.startsWith(`${PREFIX}/`)) return undefined;
  const parts = path.slice(PREFIX.length).split('/').slice(1).map(decoded);
  if (parts.at(-1) === '') parts.pop();
  if (parts.some((part) => part === undefined || part === '')) return undefined;
  if (method === 'POST' && parts.length === 2 && parts[0] === 'keys') return byAction(parts[1] as string, query);
  const shape = SHAPES.find((one) => one.method === method && isLike(one.parts, parts));
  return shape && { name: shape.name, path: valuesOf(shape.parts, parts as string[]) };
}

function byAction(id: string, query: Query): Matched | undefined {
  const action = query.text('action');
  if (action === undefined) return undefined;
  if (action === 'restore') return { name: 'restoreKey', path: { id } };
  if (!ACTIONS.has(action)) throw badQuery('action', `one of ${[...ACTIONS, 'restore'].join(', ')}`);
  return { name: action as OperationName, path: { id } };
}

function isLike(shape: readonly string[], parts: readonly (string | undefined)[]): boolean {
  return shape.length === parts.length && shape.every((part, i) => isBrace(part) || part === parts[i]);
}

function valuesOf(shape: readonly string[], parts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    shape.flatMap((part, i) => (isBrace(part) ? [[part.slice(1, -1), parts[i] as string]] : [])),
  );
}

function partsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function isBrace(part: string): boolean {
  return part.startsWith('{');
}

function braces(parts: readonly string[]): string {
  return parts.map((part) => (isBrace(part) ? '1' : '0')).join('');
}

/** One part of a path, percent-decoded once; `undefined` where it is malformed. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

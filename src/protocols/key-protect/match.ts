import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { badQuery } from './errors.ts';
import { Query } from './query.ts';

export const PREFIX = '/api/v2';

/** What a method and a path lead to. */
export interface Matched {
  readonly name: OperationName;
  readonly path: Readonly<Record<string, string>>;
}

/** A place in the paths of a method: what may stand next, and what the path leads to that ends here. */
interface Place {
  readonly exact: Map<string, Place>;
  any: Place | undefined;
  end: { readonly name: OperationName; readonly braces: readonly (readonly [at: number, name: string])[] } | undefined;
}

const PLACES: ReadonlyMap<string, Place> = placesOf(Object.entries(CATALOG) as [OperationName, Endpoint][]);

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
  const sent = path.slice(PREFIX.length + 1).split('/');
  if (sent.at(-1) === '') sent.pop();
  const parts = path.includes('%') ? sent.map(decoded) : sent;
  if (!areParts(parts)) return undefined;
  if (method === 'POST' && parts.length === 2 && parts[0] === 'keys') return byAction(parts[1] as string, query);
  const end = find(PLACES.get(method), parts, 0);
  return (
    end && { name: end.name, path: Object.fromEntries(end.braces.map(([at, name]) => [name, parts[at] as string])) }
  );
}

function areParts(parts: readonly (string | undefined)[]): parts is readonly string[] {
  return parts.every((part) => part !== undefined && part !== '');
}

/** An exact part wins over one in braces, wherever both lead on. */
function find(place: Place | undefined, parts: readonly string[], at: number): Place['end'] {
  if (place === undefined || at === parts.length) return place?.end;
  return find(place.exact.get(parts[at] as string), parts, at + 1) ?? find(place.any, parts, at + 1);
}

function byAction(id: string, query: Query): Matched | undefined {
  const action = query.text('action');
  if (action === undefined) return undefined;
  if (action === 'restore') return { name: 'restoreKey', path: { id } };
  if (!ACTIONS.has(action)) throw badQuery('action', `one of ${[...ACTIONS, 'restore'].join(', ')}`);
  return { name: action as OperationName, path: { id } };
}

function placesOf(endpoints: readonly (readonly [OperationName, Endpoint])[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [name, { method, path }] of endpoints) {
    const parts = path.split('/').slice(1);
    let place = places.get(method) ?? newPlace();
    places.set(method, place);
    for (const part of parts) place = below(place, part);
    const braces = parts.flatMap((part, at) => (isBrace(part) ? [[at, part.slice(1, -1)] as const] : []));
    place.end = { name, braces };
  }
  return places;
}

function below(place: Place, part: string): Place {
  if (isBrace(part)) return (place.any ??= newPlace());
  const next = place.exact.get(part) ?? newPlace();
  place.exact.set(part, next);
  return next;
}

function newPlace(): Place {
  return { exact: new Map(), any: undefined, end: undefined };
}

function isBrace(part: string): boolean {
  return part.startsWith('{');
}

/** One part of a path, percent-decoded once; `undefined` where it is malformed. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

import { UnwrapError, type Binding } from '../../../crypto/wrapped-secret.ts';
import { AwsKmsError } from '../errors.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationContext } from '../operation.ts';
import { validationError } from './refusals.ts';

/** How many entries a page of a list has: unless said otherwise, and at most. */
export interface PageLimits {
  readonly default: number;
  readonly max: number;
}

/** Which list a request goes through. A marker of one list is none of another. */
export interface ListName {
  readonly operation: OperationName;
  /** The key whose list it is; empty for lists of a region. */
  readonly keyId: string;
}

/** What a request asks of a list. */
export interface PageRequest {
  readonly limit: number;
  /** Behind which entry to go on; undefined: from the start. */
  readonly after: string | undefined;
}

/** The entries of one page, and how each is found again. */
export interface ListPage<Entry> {
  readonly entries: readonly Entry[];
  /** The position of the last entry that was looked at; undefined when nothing follows. */
  readonly next: string | undefined;
}

/**
 * Reads `Limit` and `Marker`.
 *
 * @throws {AwsKmsError} InvalidMarkerException: the marker was not made here for this list; ValidationException
 */
export function readPage(
  context: OperationContext,
  list: ListName,
  limits: PageLimits,
  { Limit = limits.default, Marker }: { readonly Limit?: number; readonly Marker?: string },
): PageRequest {
  if (Limit > limits.max) {
    throw validationError(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${limits.max}`,
    );
  }
  return { limit: Limit, after: Marker === undefined ? undefined : openMarker(context, list, Marker) };
}

/** The members by which an answer tells whether and where the list goes on. */
export function pageEnd(
  { instance, random }: OperationContext,
  list: ListName,
  next: string | undefined,
): { readonly Truncated: boolean; readonly NextMarker?: string } {
  if (next === undefined) return { Truncated: false };
  const sealed = instance.tenantKey.wrap(bindingOf(instance, list), Buffer.from(next, 'utf8'), random);
  return { Truncated: true, NextMarker: sealed.toString('base64url') };
}

/**
 * One page of a list that is in memory. `isBehind` says whether an entry comes after a position; positions are not
 * empty.
 */
export function pageOf<Entry>(
  entries: readonly Entry[],
  positionOf: (entry: Entry) => string,
  isBehind: (entry: Entry, position: string) => boolean,
  { limit, after }: PageRequest,
): ListPage<Entry> {
  const left = after === undefined ? entries : entries.filter((entry) => isBehind(entry, after));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return { entries: page, next: last !== undefined && left.length > limit ? positionOf(last) : undefined };
}

function openMarker({ instance }: OperationContext, list: ListName, marker: string): string {
  try {
    const sealed = Buffer.from(marker, 'base64url');
    // Node passes over what is not base64url: one marker has one spelling.
    if (sealed.toString('base64url') !== marker) throw new UnwrapError('list-marker');
    return instance.tenantKey.unwrap(bindingOf(instance, list), sealed).toString('utf8');
  } catch (error) {
    if (!(error instanceof UnwrapError)) throw error;
    throw new AwsKmsError(
      'InvalidMarkerException',
      'The marker is not one of this list. Begin again without a marker.',
    );
  }
}

function bindingOf(
  { tenantId, region }: { readonly tenantId: string; readonly region: string },
  { operation, keyId }: ListName,
): Binding {
  return ['list-marker', tenantId, region, operation, keyId];
}

import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { KeyProtectError } from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import { listedKeyOf, type ListedKey } from './listed-key.ts';
import { idIn, isLookedUp, searcher, type Search } from './search.ts';
import { byId, type Order } from './sort.ts';
import { SortedRuns } from './sorted-runs.ts';
import type { Pauses } from '../../../pipeline/pauses.ts';
import type { Wanted } from './wanted.ts';

/** How many keys are searched at most. */
const MAX_SEARCHABLE = 5_000;

/** What a list asks for. */
export interface Selecting {
  readonly wanted: Wanted;
  readonly search: Search | undefined;
  /** Absent: by id. */
  readonly order: Order | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** One page of a list. */
export interface Selected {
  readonly keys: readonly ListedKey[];
  /** There were too many keys to search: there is only the one that bears the very id or alias. */
  readonly isIncomplete: boolean;
}

/**
 * Finds the keys of one page.
 *
 * @throws {KeyProtectError} `KEY_SEARCH_TOO_BROAD`
 */
export function selectKeys(context: OperationContext, selecting: Selecting, pauses: Pauses): Promise<Selected> {
  const { search, order } = selecting;
  if (search !== undefined) return searched(context, selecting, search, pauses);
  return order === undefined ? inOrder(context, selecting, pauses) : sorted(context, selecting, order, pauses);
}

/** Counts the keys that are asked for. */
export async function countKeys(
  { listed, instance }: OperationContext,
  { isWanted }: Wanted,
  pauses: Pauses,
): Promise<number> {
  let count = 0;
  for await (const lot of listed.walk(instance)) {
    for (const key of lot) if (isWanted(key)) count++;
    await pauses.next();
  }
  return count;
}

/** By id, which is how keys are found: no further than the page reaches. */
async function inOrder(
  { listed, instance }: OperationContext,
  { wanted: { isWanted }, limit, offset }: Selecting,
  pauses: Pauses,
): Promise<Selected> {
  const keys: ListedKey[] = [];
  let skip = offset;
  for await (const lot of listed.walk(instance)) {
    for (const key of lot) {
      if (!isWanted(key)) continue;
      if (skip > 0) skip--;
      else if (keys.push(key) === limit) return { keys, isIncomplete: false };
    }
    await pauses.next();
  }
  return { keys, isIncomplete: false };
}

async function sorted(
  { listed, instance }: OperationContext,
  { wanted: { isWanted }, limit, offset }: Selecting,
  order: Order,
  pauses: Pauses,
): Promise<Selected> {
  const runs = new SortedRuns<ListedKey>(order);
  for await (const lot of listed.walk(instance)) {
    for (const key of lot) if (isWanted(key)) runs.add(key);
    await pauses.next();
  }
  return { keys: await runs.take(offset, limit, pauses), isIncomplete: false };
}

async function searched(
  context: OperationContext,
  { wanted: { isSearchable, isWanted }, order = byId, limit, offset }: Selecting,
  search: Search,
  pauses: Pauses,
): Promise<Selected> {
  const isFound = searcher(search);
  const found: ListedKey[] = [];
  let searchable = 0;
  for await (const lot of context.listed.walk(context.instance)) {
    for (const key of lot) {
      if (!isSearchable(key)) continue;
      if (++searchable > MAX_SEARCHABLE) return onlyLookedUp(context, search, isWanted, limit, offset);
      if (isWanted(key) && isFound(key)) found.push(key);
    }
    await pauses.next();
  }
  const isFirst = (key: ListedKey) => (isLookedUp(search, key) ? 0 : 1);
  found.sort((a, b) => isFirst(a) - isFirst(b) || order(a, b));
  return { keys: found.slice(offset, offset + limit), isIncomplete: false };
}

async function onlyLookedUp(
  context: OperationContext,
  search: Search,
  isWanted: Wanted['isWanted'],
  limit: number,
  offset: number,
): Promise<Selected> {
  const key = await lookUp(context, search);
  if (key === undefined || !isWanted(key)) {
    throw new KeyProtectError(
      'KEY_SEARCH_TOO_BROAD',
      `There are more than ${MAX_SEARCHABLE} keys to search: Please narrow them down by state, extractable or X-Kms-Key-Ring, or search for a whole key id or alias`,
    );
  }
  return { keys: [key].slice(offset, offset + limit), isIncomplete: true };
}

function lookUp({ keys, instance }: OperationContext, search: Search): MaybePromise<ListedKey | undefined> {
  if (search.not) return undefined;
  const id = idIn(search);
  const found =
    id === undefined
      ? search.scopes.includes('alias') && keys.findByAlias(instance, `alias/${search.text}`)
      : keys.find(instance, id);
  return andThen(found || undefined, (open) => open && listedKeyOf(open.key));
}

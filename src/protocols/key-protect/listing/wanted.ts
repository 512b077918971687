import { badQuery } from '../errors.ts';
import type { Query } from '../query.ts';
import { ALL_STATES } from '../show-key.ts';
import { badFilter, parseFilter } from './filter.ts';
import { stateAt, type ListedKey } from './listed-key.ts';
import { readStates, UNLESS_ASKED } from './states.ts';

/** Which keys a request asks for, but for what it searches. */
export interface Wanted {
  /** By the parameters `state` and `extractable` and by the ring alone: that is what is searched. */
  readonly isSearchable: (key: ListedKey) => boolean;
  /** By the filter as well. */
  readonly isWanted: (key: ListedKey) => boolean;
}

const ALL: ReadonlySet<number> = new Set(ALL_STATES);

/**
 * Reads `state`, `extractable` and `filter`.
 *
 * @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR`
 */
export function readWanted(query: Query, keyRing: string | undefined, nowMs: number): Wanted {
  const asked = statesOf(query);
  const extractable = query.flag('extractable');
  const text = query.text('filter');
  const filter = text === undefined ? undefined : parseFilter(text);
  const filtersState = filter !== undefined && filter.states.length > 0;
  if (filtersState && asked !== undefined) throw badFilter();
  if (filter?.asksExtractable === true && extractable !== undefined) throw badFilter();
  const states = asked ?? (filtersState ? ALL : UNLESS_ASKED);

  function isSearchable(key: ListedKey): boolean {
    const state = stateAt(key, nowMs);
    if (state === undefined || !states.has(state)) return false;
    if (extractable !== undefined && key.extractable !== extractable) return false;
    return keyRing === undefined || key.ring === keyRing;
  }
  function isWanted(key: ListedKey): boolean {
    if (!isSearchable(key)) return false;
    if (filter === undefined) return true;
    const state = stateAt(key, nowMs) as number;
    return filter.states.every((one) => one.has(state)) && filter.test(key);
  }
  return { isSearchable, isWanted };
}

function statesOf(query: Query): ReadonlySet<number> | undefined {
  const texts = query.list('state');
  if (texts.length === 0) return undefined;
  const states = readStates(texts);
  if (states === undefined) throw badQuery('state', `a list of ${ALL_STATES.join(', ')}`);
  return states;
}

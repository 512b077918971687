import { badQuery, type KeyProtectError } from '../errors.ts';
import { readTimestamp } from '../names.ts';
import { shownSecond, type DateProperty, type ListedKey } from './listed-key.ts';
import { readStates } from './states.ts';

type Test = (key: ListedKey) => boolean;

/** What `filter` asks for. */
export interface Filter {
  /** Every one of these sets must have the number of the key's state. */
  readonly states: readonly ReadonlySet<number>[];
  readonly asksExtractable: boolean;
  /** All but the state. */
  readonly test: Test;
}

type Compare = (date: number, wanted: number) => boolean;

const OPERATORS: Readonly<Record<string, Compare>> = {
  lte: (date, wanted) => date <= wanted,
  lt: (date, wanted) => date < wanted,
  gte: (date, wanted) => date >= wanted,
  gt: (date, wanted) => date > wanted,
};
const DATES: ReadonlySet<string> = new Set<DateProperty>([
  'creationDate',
  'deletionDate',
  'expirationDate',
  'lastRotateDate',
  'lastUpdateDate',
]);
const MAX_OF_ONE = 3;
const DATE_VALUE = /^(?:(?<operator>[a-z]+):)?"(?<date>[^"]{1,40})"$/;

/**
 * Reads `filter`: terms `property=value` or `property=operator:value`, apart by spaces; all of them must hold.
 *
 * @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR`
 */
export function parseFilter(text: string): Filter {
  const terms = text.split(' ').filter((term) => term !== '');
  const counts = new Map<string, number>();
  const states: ReadonlySet<number>[] = [];
  const tests: Test[] = [];
  let asksExtractable = false;
  for (const term of terms) {
    const at = term.indexOf('=');
    const property = term.slice(0, Math.max(at, 0));
    const value = term.slice(at + 1);
    const count = (counts.get(property) ?? 0) + 1;
    counts.set(property, count);
    if (at < 0 || count > MAX_OF_ONE) throw badFilter();
    if (property === 'state') {
      states.push(statesOf(value));
    } else if (property === 'extractable') {
      asksExtractable = true;
      tests.push(extractableTest(value));
    } else if (DATES.has(property)) {
      tests.push(dateTest(property as DateProperty, value));
    } else {
      throw badFilter();
    }
  }
  return { states, asksExtractable, test: (key) => tests.every((test) => test(key)) };
}

function statesOf(value: string): ReadonlySet<number> {
  const states = readStates(value.split(','));
  if (states === undefined) throw badFilter();
  return states;
}

function extractableTest(value: string): Test {
  const wanted = value.toLowerCase();
  if (wanted !== 'true' && wanted !== 'false') throw badFilter();
  return ({ extractable }) => extractable === (wanted === 'true');
}

/**
 * Who asks in whole seconds asks about what is shown. The Go client asks to the nanosecond: a key that was made in the
 * rest of that second is a later one.
 */
function dateTest(property: DateProperty, value: string): Test {
  if (value.toLowerCase() === 'none') return (key) => key[property] === undefined;
  const { operator, date = '' } = DATE_VALUE.exec(value)?.groups ?? {};
  const wantedMs = readTimestamp(date);
  const compare = operator === undefined ? isSame : Object.hasOwn(OPERATORS, operator) && OPERATORS[operator];
  if (wantedMs === undefined || !compare) throw badFilter();
  const precision = wantedMs % 1_000 === 0 ? shownSecond : toTheMillisecond;
  const wanted = precision(wantedMs);
  return (key) => {
    const found = key[property];
    return found !== undefined && compare(precision(found), wanted);
  };
}

function toTheMillisecond(ms: number): number {
  return ms;
}

function isSame(date: number, wanted: number): boolean {
  return date === wanted;
}

/** IBM's words for every fault of a filter. */
export function badFilter(): KeyProtectError {
  return badQuery(
    'filter',
    'a valid filter query with a valid operator: property=value or property=operator:value, apart by spaces, each property at most three times; dates in double quotes; state and extractable either here or as parameters of their own',
  );
}

import { badQuery } from '../errors.ts';
import { shownSecond, stateAt, type DateProperty, type ListedKey } from './listed-key.ts';

/** The order of two keys: negative where the first one comes first. */
export type Order = (a: ListedKey, b: ListedKey) => number;

const DATES: readonly DateProperty[] = [
  'creationDate',
  'lastUpdateDate',
  'lastRotateDate',
  'deletionDate',
  'expirationDate',
];
const PROPERTIES = ['id', 'state', 'extractable', 'imported', ...DATES] as const;
type Property = (typeof PROPERTIES)[number];

/** Ids are of ASCII: their order is that of their bytes. */
export const byId: Order = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * Reads `sort`: properties, each with a `-` in front where it descends. Where all are equal the id decides. `undefined`:
 * by id, the order in which keys are found.
 *
 * @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR`
 */
export function parseSort(terms: readonly string[], nowMs: number): Order | undefined {
  const orders = new Map<Property, Order>();
  for (const term of terms) {
    const descends = term.startsWith('-');
    const property = PROPERTIES.find((one) => one === (descends ? term.slice(1) : term));
    if (property === undefined) throw badQuery('sort', `a list of ${PROPERTIES.join(', ')}, each with or without -`);
    // Who names a property twice has said it the first time.
    if (!orders.has(property)) orders.set(property, orderBy(property, descends, nowMs));
  }
  const [first] = orders.keys();
  if (first === undefined || terms[0] === 'id') return undefined;
  const all = [...orders.values(), byId];
  return (a, b) => {
    for (const order of all) {
      const said = order(a, b);
      if (said !== 0) return said;
    }
    return 0;
  };
}

function orderBy(property: Property, descends: boolean, nowMs: number): Order {
  const sign = descends ? -1 : 1;
  if (property === 'id') return (a, b) => sign * byId(a, b);
  if (property === 'state') return (a, b) => sign * ((stateAt(a, nowMs) ?? 0) - (stateAt(b, nowMs) ?? 0));
  if (property === 'extractable' || property === 'imported')
    return (a, b) => sign * (Number(a[property]) - Number(b[property]));
  return (a, b) => {
    const [one, other] = [a[property], b[property]];
    // Keys without the date come last, whichever way.
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    return sign * (shownSecond(one) - shownSecond(other));
  };
}

import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import Format from 'typebox/format';
import { REGION } from '../../identity/tenant.ts';
import { POLICY_NAME, PRINCIPAL_NAME } from '../../identity/arn.ts';

/** Most items of one page. */
const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;

/** An object that takes no other members than these. */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false });
}

/** A closed object with a name of its own in the OpenAPI description and in the SDK. */
export function named<P extends TProperties>(title: string, properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, title });
}

// RFC 3339 has seconds that no clock here shows, RFC 9557 adds zones: a time that is taken must be one.
Format.Set('date-time', (text) => Format.IsDateTime(text) && !Number.isNaN(Date.parse(text)));

export const TIMESTAMP = Type.String({ format: 'date-time', description: 'UTC, RFC 3339' });
export const UUID = Type.String({
  pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'a UUID in lower case',
});
/** Of a key; that of a multi-Region key begins with `mrk-`. */
export const KEY_ID = Type.String({
  pattern: '^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$',
  description: 'the id of a key',
});
export const ACCOUNT_ID = Type.String({ pattern: '^[0-9]{12}$' });
export const REGION_NAME = Type.String({
  pattern: REGION.source,
  maxLength: 32,
  description: 'a region such as us-east-1',
});
export const PRINCIPAL_NAME_TEXT = Type.String({
  pattern: PRINCIPAL_NAME.source,
  description: '1 to 64 of letters, digits and + = , . @ _ -',
});
export const POLICY_NAME_TEXT = Type.String({ pattern: POLICY_NAME.source });
/** Policies that are attached, by their names: built-in ones, and the tenant's own. */
export const POLICY_NAMES = Type.Array(POLICY_NAME_TEXT, { maxItems: 10, uniqueItems: true });
/** What in the text of a policy means nothing. */
export const UNKNOWN_ACTIONS_TEXT =
  'actions of it that no request here asks for, mistyped maybe: nothing follows from them';
export const UNKNOWN_ACTIONS = Type.Array(Type.String(), { description: UNKNOWN_ACTIONS_TEXT });
export const TAG = Type.Object(
  { key: Type.String({ minLength: 1, maxLength: 128 }), value: Type.String({ maxLength: 256 }) },
  { additionalProperties: false },
);
/** A name for people: 1 to 64 characters, none of them a control character. */
export const DISPLAY_NAME = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,64}$' });

/** A description for people: at most 1000 characters, none of them a control character. */
export const DESCRIPTION = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{0,1000}$' });

/** The query of every list. */
export const PAGE = closed({
  after: Type.Optional(Type.String({ maxLength: 256, description: 'the `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});

/** The answer of every list: `next` is there as long as there may be more. */
export function pageOf<Item extends TSchema>(item: Item) {
  return closed({ items: Type.Array(item), next: Type.Optional(Type.String()) });
}

/** Brings the query of a list into the form that the store takes. */
export function pageFrom(query: Static<typeof PAGE>): { readonly after?: string; readonly limit: number } {
  return { limit: query.limit ?? DEFAULT_PAGE, ...(query.after !== undefined && { after: query.after }) };
}

/** Puts a page together: `rows` is what the store gave for `limit`. */
export function paged<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  query: Static<typeof PAGE>,
  items: readonly Item[],
): { items: Item[]; next?: string } {
  const last = rows.at(-1);
  return { items: [...items], ...(last && rows.length === pageFrom(query).limit && { next: last.id }) };
}

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

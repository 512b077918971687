import { fold } from '../../../keys/fold.ts';
import { badQuery } from '../errors.ts';
import type { ListedKey } from './listed-key.ts';

export type Scope = 'alias' | 'name';

/** What `search` asks for. */
export interface Search {
  readonly text: string;
  /** Where to look: in one of them is enough. */
  readonly scopes: readonly Scope[];
  /** Whether the scopes were given: an id is looked for only where they were not. */
  readonly isScoped: boolean;
  readonly not: boolean;
  readonly exact: boolean;
}

const OPTION = /^(?<option>not|exact|escape|alias|name):/;
const SCOPES: readonly Scope[] = ['alias', 'name'];
/** Longer than any name or alias. */
const MAX_LENGTH = 512;
export const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads `search`: options and scopes in any order and number, each ending in a colon, then the text. Behind `escape:`
 * everything is text. One comma at the end is the Go client's, and no part of it.
 *
 * @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR`
 */
export function parseSearch(given: string): Search | undefined {
  let text = given.trim().replace(/,$/, '').trim();
  if (text === '') return undefined;
  if (text.length > MAX_LENGTH) throw badQuery('search', `at most ${MAX_LENGTH} characters`);
  const options = new Set<string>();
  for (let option = optionOf(text); option !== undefined; option = optionOf(text)) {
    options.add(option);
    text = text.slice(option.length + 1);
    if (option === 'escape') break;
  }
  if (text === '') throw badQuery('search', 'options and scopes, and then the text to search for');
  const scopes = SCOPES.filter((scope) => options.has(scope));
  return {
    text,
    scopes: scopes.length === 0 ? SCOPES : scopes,
    isScoped: scopes.length > 0,
    not: options.has('not'),
    exact: options.has('exact'),
  };
}

/** Whether a key is one of those that are searched for. */
export function searcher(search: Search): (key: ListedKey) => boolean {
  const { scopes, not, exact } = search;
  const wanted = exact ? search.text : fold(search.text);
  const isLike = exact ? (text: string) => text === wanted : (text: string) => fold(text).includes(wanted);
  const isName = scopes.includes('name') ? isLike : () => false;
  const isAlias = scopes.includes('alias') ? isLike : () => false;
  const id = idIn(search);
  return (key) => (key.id === id || isName(key.name) || key.aliases.some(isAlias)) !== not;
}

/** The key id that is searched for, if it is one. */
export function idIn({ text, isScoped }: Search): string | undefined {
  return !isScoped && KEY_ID.test(text) ? text.toLowerCase() : undefined;
}

/** Whether a key bears the very id or alias that is searched for: it comes first. */
export function isLookedUp(search: Search, { id, aliases }: Pick<ListedKey, 'id' | 'aliases'>): boolean {
  if (search.not) return false;
  return id === idIn(search) || (search.scopes.includes('alias') && aliases.includes(search.text));
}

/** As the metadata of the answer tells it. */
export function showSearch({ text, scopes, not, exact }: Search): object {
  return { query: text, scopes, ...(not && { not }), ...(exact && { exact }) };
}

function optionOf(text: string): string | undefined {
  return OPTION.exec(text)?.groups?.['option'];
}

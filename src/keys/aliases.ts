import { edit, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { requireState } from './state.ts';

const PREFIX = 'alias/';
const RESERVED_PREFIX = 'alias/aws/';
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html: 256 characters with the prefix. */
const NAME = /^alias\/[a-zA-Z0-9/_-]{1,250}$/;

/** @throws {KeyError} `alias-malformed`, `alias-reserved` */
export function requireAliasName(alias: string): void {
  if (!alias.startsWith(PREFIX)) throw new KeyError('alias-malformed', { alias, detail: 'prefix' });
  if (alias.startsWith(RESERVED_PREFIX)) throw new KeyError('alias-reserved', { alias });
  if (!NAME.test(alias)) throw new KeyError('alias-malformed', { alias });
}

/**
 * The names that a new key is to have.
 *
 * @throws {KeyError} `alias-malformed`, `alias-reserved`, `alias-exists` where two are the same, `alias-limit`
 */
export function requireAliases(aliases: readonly string[], { aliasesPerKey: limit }: Quotas = DEFAULT_QUOTAS): void {
  aliases.forEach((alias) => requireAliasName(alias));
  const twice = aliases.find((alias, i) => aliases.indexOf(alias) !== i);
  if (twice !== undefined) throw new KeyError('alias-exists', { alias: twice });
  if (aliases.length > limit) throw new KeyError('alias-limit', { alias: aliases[limit] as string, limit });
}

/**
 * Gives a key another name. That the name is free is the store's to say: names are unique there.
 *
 * @param createdBy who makes it
 */
export function createAlias(
  space: KeySpace,
  key: Key,
  alias: string,
  nowMs: number,
  quotas = DEFAULT_QUOTAS,
  createdBy?: string,
): Change<Key> {
  requireAliasName(alias);
  requireState(key, 'take-alias', nowMs);
  if (key.aliases.some(({ name }) => name === alias)) throw new KeyError('alias-exists', { alias, keyId: key.id });
  const made = { name: alias, createdAtMs: nowMs, updatedAtMs: nowMs, ...(createdBy !== undefined && { createdBy }) };
  return edit(space, key, { aliases: added(key, made, quotas), updatedAtMs: nowMs });
}

/** Takes a name from a key. @throws {KeyError} `alias-not-found` */
export function deleteAlias(space: KeySpace, key: Key, alias: string, nowMs: number): Change<Key> {
  const aliases = key.aliases.filter(({ name }) => name !== alias);
  if (aliases.length === key.aliases.length) throw new KeyError('alias-not-found', { alias, keyId: key.id });
  return edit(space, key, { aliases, updatedAtMs: nowMs });
}

/**
 * Moves a name from one key to another of the same type and usage: one commit over both.
 *
 * @throws {KeyError} `alias-incompatible`, `alias-limit`, and what the state of the new key refuses
 */
export function moveAlias(
  space: KeySpace,
  from: Key,
  to: Key,
  alias: string,
  nowMs: number,
  quotas = DEFAULT_QUOTAS,
): Change<Key> {
  const moved = from.aliases.find(({ name }) => name === alias);
  if (moved === undefined) throw new KeyError('alias-not-found', { alias });
  requireState(to, 'take-alias', nowMs);
  if (typeOf(from) !== typeOf(to) || from.usage !== to.usage) throw new KeyError('alias-incompatible', { alias });
  const renewed = { ...moved, updatedAtMs: nowMs };
  if (from.id === to.id) {
    const aliases = to.aliases.map((one) => (one.name === alias ? renewed : one));
    return edit(space, to, { aliases, updatedAtMs: nowMs });
  }
  const released = deleteAlias(space, from, alias, nowMs);
  const claimed = edit(space, to, { aliases: added(to, renewed, quotas), updatedAtMs: nowMs });
  return { value: claimed.value, writes: [...released.writes, ...claimed.writes] };
}

/** API_UpdateAlias: both symmetric, both asymmetric or both HMAC; among asymmetric ones specs may differ. */
function typeOf({ spec: { family } }: Key): 'aes' | 'hmac' | 'asymmetric' {
  return family === 'aes' || family === 'hmac' ? family : 'asymmetric';
}

function added(key: Key, alias: Key['aliases'][number], { aliasesPerKey: limit }: Quotas): Key['aliases'] {
  if (key.aliases.length >= limit) throw new KeyError('alias-limit', { alias: alias.name, keyId: key.id, limit });
  return [...key.aliases, alias];
}

import { KeyError } from '../../keys/errors.ts';
import type { Alias, Key } from '../../keys/key.ts';
import { aliasesOf } from './show-key.ts';

/** Aliases of one key that this wire gives: those that it cannot show do not count. */
export const MAX_ALIASES = 5;

const NAME = /^[\w-]{2,90}$/;
/** An alias of this form would be taken for the id of a key. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Words that have a meaning in paths (https://cloud.ibm.com/docs/key-protect?topic=key-protect-create-key-alias). */
const RESERVED: ReadonlySet<string> = new Set(
  'allowed_ip key keys metadata policy policies registration registrations ring rings rotate wrap unwrap rewrap version versions'.split(
    ' ',
  ),
);

/** Whether an alias has a form that this wire gives and shows. */
export function isAliasOfThisWire(alias: string): boolean {
  return NAME.test(alias);
}

/**
 * The name in the key domain of an alias of this wire.
 *
 * @throws {KeyError} `alias-malformed`, `alias-reserved`
 */
export function aliasName(alias: string): Alias['name'] {
  if (!isAliasOfThisWire(alias) || UUID.test(alias)) throw new KeyError('alias-malformed', { alias });
  if (RESERVED.has(alias.toLowerCase())) throw new KeyError('alias-reserved', { alias });
  return `alias/${alias}`;
}

/** @throws {KeyError} `alias-limit` the key has as many aliases as it may have on this wire */
export function requireRoomForAlias(key: Key): void {
  if (aliasesOf(key).length >= MAX_ALIASES) throw new KeyError('alias-limit', { keyId: key.id, limit: MAX_ALIASES });
}

import { aadOfList } from '../../../crypto/aad.ts';
import { MAX_WRAPPED, parseWrapped, type ParsedWrappedKey } from '../../../crypto/wrapped-key.ts';
import { wipe } from '../../../bytes/bytes.ts';
import type { Key } from '../../../keys/key.ts';
import type { Done } from '../../../pipeline/act.ts';
import type { Answer } from '../answer.ts';
import { badField, KeyProtectError } from '../errors.ts';
import { facts, factsOfExpiry } from '../facts.ts';
import { Fields } from '../fields.ts';

const MAX_AAD_TEXTS = 100;
const MAX_AAD_CHARACTERS = 255;
const ORIGINAL = 'the original base64 encoded ciphertext from the wrap operation';

/** What is to be wrapped. */
export interface WrapBody {
  /** The caller's to wipe; `undefined`: a data key is to be made. */
  readonly plaintext: Buffer | undefined;
  readonly aad: Buffer;
}

/** @throws {KeyProtectError} `BAD_BODY_ERR`, `INVALID_FIELD_ERR` */
export function readWrap(body: unknown): WrapBody {
  const fields = new Fields(body ?? {}, ['plaintext', 'aad']);
  const aad = aadOf(fields);
  const plaintext = fields.bytes('plaintext');
  if (plaintext !== undefined && (plaintext.length < 1 || plaintext.length > MAX_WRAPPED)) {
    wipe(plaintext);
    throw badField('plaintext', `1 to ${MAX_WRAPPED} bytes, base64 encoded`);
  }
  return { plaintext, aad };
}

/** What is to be unwrapped or wrapped anew. */
export interface UnwrapBody {
  readonly wrapped: ParsedWrappedKey;
  readonly aad: Buffer;
}

/** @throws {KeyProtectError} `NO_BODY_ERR`, `BAD_BODY_ERR`, `INVALID_FIELD_ERR`, `UNPROCESSABLE_CIPHERTEXT_ERR` */
export function readUnwrap(body: unknown): UnwrapBody {
  if (body === undefined) throw new KeyProtectError('NO_BODY_ERR', 'The request needs a body with the ciphertext');
  const fields = new Fields(body, ['ciphertext', 'aad']);
  const aad = aadOf(fields);
  const bytes = fields.bytes('ciphertext', ORIGINAL);
  if (bytes === undefined) throw badField('ciphertext', ORIGINAL);
  const wrapped = parseWrapped(bytes);
  if (wrapped === undefined) throw badCiphertext();
  return { wrapped, aad };
}

/** What the entry of a use tells of a key whose time to protect data is bounded: of most there is nothing to tell. */
export function expiryOf(key: Key, nowMs: number): Pick<Done<Answer>, 'result'> {
  return key.expiresAtMs === undefined ? {} : { result: facts(factsOfExpiry(key, nowMs)) };
}

/** One answer for whatever is wrong with a ciphertext or its aad. */
function badCiphertext(): KeyProtectError {
  return new KeyProtectError(
    'UNPROCESSABLE_CIPHERTEXT_ERR',
    'The provided ciphertext or aad is invalid or corrupted: Please use what was returned by wrap, and the same aad',
  );
}

/** The texts that are bound, in their order. An old client of Python writes `null` for none. */
function aadOf(fields: Fields): Buffer {
  const list = fields.list('aad', MAX_AAD_TEXTS)?.filter((text) => text !== null);
  if (list === undefined) return aadOfList(undefined);
  if (!list.every(isBindable)) throw badField('aad', `a list of texts of at most ${MAX_AAD_CHARACTERS} characters`);
  return aadOfList(list);
}

function isBindable(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  // A character is one or two units of UTF-16.
  return text.length <= MAX_AAD_CHARACTERS || Array.from(text.slice(0, 512)).length <= MAX_AAD_CHARACTERS;
}

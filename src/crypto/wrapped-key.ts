import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from '../bytes/base64.ts';
import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import { TAG_LENGTH } from './aead.ts';
import { COMMITMENT_LENGTH, openCommitted, SALT_LENGTH, sealCommitted, type OpenFailure } from './committed.ts';
import { label } from './kdf.ts';

/** What a root key makes of a secret: the bytes of a JSON text, docs/spec/wrapped-key.md. */
export type WrappedKey = Bytes<'WrappedKey'>;

/** Longest secret that is wrapped, in bytes. */
export const MAX_WRAPPED = 8192;

/** A wrapped key whose frame was read and found well-formed. Nothing in it is authenticated yet. */
export interface ParsedWrappedKey {
  /** UUID of the key version that wrapped. */
  readonly versionId: string;
  /** Header, commitment, body and tag. */
  readonly message: Buffer;
}

const LABEL = label('keystead/ciphertext/wrap/v1');
/** The magic, the format and the suite of docs/spec/ciphertext.md. They are bound, not sent. */
const FRAME = Buffer.from([0x4b, 0x53, 0x01, 0x03]);
const VERSION_ID_LENGTH = 16;
const HEADER_LENGTH = FRAME.length + VERSION_ID_LENGTH + SALT_LENGTH;
const OVERHEAD = COMMITMENT_LENGTH + TAG_LENGTH;

/**
 * The one spelling: members in this order, no white space, so that nothing of it can be said twice. All but the first has
 * a fixed length, so each part is found by its place.
 */
const [BEFORE_CIPHERTEXT, BEFORE_IV, BEFORE_HANDLE, END] = [
  '{"ciphertext":"',
  '","iv":"',
  '","version":"4.0.0","handle":"',
  '"}',
] as const;
const [IV_TEXT_LENGTH, HANDLE_TEXT_LENGTH] = [44, 36];
const HANDLE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const AFTER_CIPHERTEXT = BEFORE_IV.length + IV_TEXT_LENGTH + BEFORE_HANDLE.length + HANDLE_TEXT_LENGTH + END.length;
const FRAME_LENGTH = BEFORE_CIPHERTEXT.length + AFTER_CIPHERTEXT;
/** No wrapped key is longer, in bytes. */
export const MAX_WRAPPED_KEY = FRAME_LENGTH + 4 * Math.ceil((MAX_WRAPPED + OVERHEAD) / 3);

/**
 * Wraps 1 to {@link MAX_WRAPPED} bytes.
 *
 * @param material the version's material, as a KeyObject of any length that a root key has
 * @param versionId UUID, lower case
 * @param salt 32 bytes that no other message has: `hedgedSalt` makes them
 * @throws {RangeError} the secret, the version id or the salt has another length
 */
export function sealWrapped(
  material: KeyObject,
  versionId: string,
  salt: Buffer,
  aad: Uint8Array,
  secret: Uint8Array,
): WrappedKey {
  if (secret.byteLength < 1 || secret.byteLength > MAX_WRAPPED) {
    throw new RangeError(`a secret to wrap has 1 to ${MAX_WRAPPED} bytes`);
  }
  if (salt.length !== SALT_LENGTH) throw new RangeError(`a salt has ${SALT_LENGTH} bytes`);
  const message = sealCommitted(material, LABEL, headerOf(versionId, salt), aad, secret);
  const ciphertext = message.toString('base64', HEADER_LENGTH);
  const text = BEFORE_CIPHERTEXT + ciphertext + BEFORE_IV + salt.toString('base64') + BEFORE_HANDLE + versionId + END;
  return bytesOf(Buffer.from(text, 'latin1'));
}

/** Reads the frame; `undefined` where it is not exactly as {@link sealWrapped} spells it. */
export function parseWrapped(bytes: Buffer): ParsedWrappedKey | undefined {
  if (bytes.length <= FRAME_LENGTH || bytes.length > MAX_WRAPPED_KEY) return undefined;
  const text = bytes.toString('latin1');
  const ivAt = text.length - AFTER_CIPHERTEXT + BEFORE_IV.length;
  const handleAt = text.length - END.length - HANDLE_TEXT_LENGTH;
  const isSpelt =
    text.startsWith(BEFORE_CIPHERTEXT) &&
    text.startsWith(BEFORE_IV, ivAt - BEFORE_IV.length) &&
    text.startsWith(BEFORE_HANDLE, handleAt - BEFORE_HANDLE.length) &&
    text.endsWith(END);
  const handle = text.slice(handleAt, -END.length);
  if (!isSpelt || !HANDLE.test(handle)) return undefined;
  const salt = decodeBase64(text.slice(ivAt, ivAt + IV_TEXT_LENGTH));
  const sealed = decodeBase64(text.slice(BEFORE_CIPHERTEXT.length, ivAt - BEFORE_IV.length));
  if (salt?.length !== SALT_LENGTH || sealed === undefined) return undefined;
  if (sealed.length <= OVERHEAD || sealed.length > OVERHEAD + MAX_WRAPPED) return undefined;
  return { versionId: handle, message: Buffer.concat([headerOf(handle, salt), sealed]) };
}

/** Opens what {@link parseWrapped} read, or says why not. The reason is for the audit entry: callers see one error. */
export function openWrapped(material: KeyObject, { message }: ParsedWrappedKey, aad: Uint8Array): Buffer | OpenFailure {
  return openCommitted(material, LABEL, message, HEADER_LENGTH, aad);
}

function headerOf(versionId: string, salt: Buffer): Buffer {
  const id = Buffer.from(versionId.replaceAll('-', ''), 'hex');
  if (id.length !== VERSION_ID_LENGTH) throw new RangeError('the id of a key version is a UUID');
  return Buffer.concat([FRAME, id, salt], HEADER_LENGTH);
}

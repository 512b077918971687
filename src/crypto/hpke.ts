import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { wipe, type Bytes } from '../bytes/bytes.ts';
import { X_WING, xWingDecapsulate, xWingEncapsulate, type XWingPrivateKey } from './x-wing.ts';

/** RFC 9180 section 7.3: AES-256-GCM. */
const [KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH] = [32, 12, 16];
/** "HPKE", KEM X-Wing (0x647a), KDF HKDF-SHA-256 (0x0001), AEAD AES-256-GCM (0x0002): RFC 9180 section 5.1. */
const SUITE = Buffer.from('48504b45647a00010002', 'hex');
const MODE_BASE = Buffer.from([0]);
const NOTHING = Buffer.alloc(0);

/** Bytes that come to a plaintext when it is sealed: encapsulation and tag. */
export const SEALED_OVERHEAD = X_WING.encapsulation + TAG_LENGTH;

/**
 * Encrypts one message to a public key of X-Wing: HPKE (RFC 9180 section 6.1), mode base, one shot. `info` and `aad` are
 * authenticated and not kept. Answers encapsulation, ciphertext and tag, one behind the other.
 *
 * @throws {RangeError} for what is no public key.
 */
export function sealTo(publicKey: Uint8Array, info: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const { sharedSecret, encapsulation } = xWingEncapsulate(publicKey);
  const { key, nonce } = keySchedule(sharedSecret, info);
  wipe(sharedSecret);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(aad);
  return Buffer.concat([encapsulation, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link sealTo} has made; `undefined` for anything else, whatever is wrong with it. */
export function openWith(
  privateKey: XWingPrivateKey,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < SEALED_OVERHEAD) return undefined;
  const secret = secretOf(privateKey, sealed.subarray(0, X_WING.encapsulation));
  if (secret === undefined) return undefined;
  const { key, nonce } = keySchedule(secret, info);
  wipe(secret);
  const end = sealed.length - TAG_LENGTH;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(X_WING.encapsulation, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    wipe(plaintext);
    return undefined;
  }
}

function secretOf(privateKey: XWingPrivateKey, encapsulation: Uint8Array): Bytes<'SharedSecret'> | undefined {
  try {
    return xWingDecapsulate(privateKey, encapsulation);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** RFC 9180 section 5.1 for mode base. The first message's nonce is the base nonce: section 5.2, sequence number 0. */
export function keySchedule(
  sharedSecret: Uint8Array,
  info: Uint8Array,
  suite: Uint8Array = SUITE,
): { readonly key: KeyObject; readonly nonce: Buffer } {
  const context = Buffer.concat([
    MODE_BASE,
    labeledExtract(suite, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(suite, NOTHING, 'info_hash', info),
  ]);
  const secret = labeledExtract(suite, sharedSecret, 'secret', NOTHING);
  const bytes = labeledExpand(suite, secret, 'key', context, KEY_LENGTH);
  const key = createSecretKey(bytes);
  const nonce = labeledExpand(suite, secret, 'base_nonce', context, NONCE_LENGTH);
  wipe(bytes, secret);
  return { key, nonce };
}

/** RFC 9180 section 4: HKDF-Extract over a labelled input. */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Buffer {
  return createHmac('sha256', salt).update('HPKE-v1').update(suite).update(label).update(input).digest();
}

/** RFC 9180 section 4: HKDF-Expand to at most one block, so the counter is 1 and nothing comes before it. */
function labeledExpand(suite: Uint8Array, key: Uint8Array, label: string, context: Uint8Array, length: number): Buffer {
  const mac = createHmac('sha256', key)
    .update(Buffer.from([0, length]))
    .update('HPKE-v1')
    .update(suite);
  return mac
    .update(label)
    .update(context)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}

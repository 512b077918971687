import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../bytes/bytes.ts';

/** Lengths in bytes. draft-connolly-cfrg-xwing-kem section 5.1. */
export const X_WING = { seed: 32, publicKey: 1216, encapsulation: 1120, sharedSecret: 32 } as const;

const LATTICE_SEED = 64;
const LATTICE_PUBLIC_KEY = 1184;
const LATTICE_CIPHERTEXT = 1088;
/** Section 5.3: a picture of an X-wing, in ASCII. */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');

/** The private half of a pair, expanded from its seed. */
export interface XWingPrivateKey {
  readonly lattice: KeyObject;
  readonly curve: KeyObject;
  /** 1,216 raw bytes. */
  readonly publicKey: Buffer;
}

/** A fresh secret, and its form that only the private key opens. Whoever asked wipes the secret. */
export interface XWingEncapsulation {
  readonly sharedSecret: Bytes<'SharedSecret'>;
  /** 1,120 bytes. */
  readonly encapsulation: Buffer;
}

/**
 * The pair of a seed of 32 bytes: ML-KEM-768 and X25519, both expanded from it (draft-connolly-cfrg-xwing-kem section
 * 5.2). Does not wipe the seed.
 *
 * @throws {RangeError} for a seed of another length.
 */
export function xWingPair(seed: Uint8Array): XWingPrivateKey {
  if (seed.length !== X_WING.seed) throw new RangeError(`a seed of X-Wing has ${X_WING.seed} bytes`);
  const expanded = createHash('shake256', { outputLength: LATTICE_SEED + 32 })
    .update(seed)
    .digest();
  const lattice = createPrivateKey({
    key: expanded.subarray(0, LATTICE_SEED),
    format: 'raw-seed',
    asymmetricKeyType: 'ml-kem-768',
  });
  const curve = createPrivateKey({
    key: expanded.subarray(LATTICE_SEED),
    format: 'raw-private',
    asymmetricKeyType: 'x25519',
  });
  wipe(expanded);
  return { lattice, curve, publicKey: Buffer.concat([rawPublic(lattice), rawPublic(curve)]) };
}

/**
 * A secret for whoever has the private half of a public key. Section 5.4.
 *
 * @throws {RangeError} for what is no public key: another length, or a lattice half that is not reduced (FIPS 203
 * section 7.2). A curve half of low order is refused too.
 */
export function xWingEncapsulate(publicKey: Uint8Array): XWingEncapsulation {
  const { lattice, curve } = publicHalves(publicKey);
  const ephemeral = generateKeyPairSync('x25519');
  const { sharedKey, ciphertext } = encapsulate(lattice);
  const encapsulation = Buffer.concat([ciphertext, rawPublic(ephemeral.privateKey)]);
  const agreed = agree(ephemeral.privateKey, curve);
  return { sharedSecret: combine(sharedKey, agreed, encapsulation, publicKey), encapsulation };
}

/**
 * The secret of an encapsulation. Section 5.5: one that was made for another key gives a secret that nobody else knows,
 * and no error; what is encrypted under it tells.
 *
 * @throws {RangeError} for another length, or a curve half of low order.
 */
export function xWingDecapsulate(key: XWingPrivateKey, encapsulation: Uint8Array): Bytes<'SharedSecret'> {
  if (encapsulation.length !== X_WING.encapsulation) {
    throw new RangeError(`an encapsulation of X-Wing has ${X_WING.encapsulation} bytes`);
  }
  const ephemeral = rawKey('x25519', encapsulation.subarray(LATTICE_CIPHERTEXT));
  const sharedKey = decapsulate(key.lattice, encapsulation.subarray(0, LATTICE_CIPHERTEXT));
  return combine(sharedKey, agree(key.curve, ephemeral), encapsulation, key.publicKey);
}

/** Whether these bytes can be encapsulated to. */
export function isXWingPublicKey(publicKey: Uint8Array): boolean {
  try {
    wipe(xWingEncapsulate(publicKey).sharedSecret);
    return true;
  } catch {
    return false;
  }
}

function publicHalves(publicKey: Uint8Array): { readonly lattice: KeyObject; readonly curve: KeyObject } {
  if (publicKey.length !== X_WING.publicKey) {
    throw new RangeError(`a public key of X-Wing has ${X_WING.publicKey} bytes`);
  }
  return {
    lattice: rawKey('ml-kem-768', publicKey.subarray(0, LATTICE_PUBLIC_KEY)),
    curve: rawKey('x25519', publicKey.subarray(LATTICE_PUBLIC_KEY)),
  };
}

function rawKey(asymmetricKeyType: 'ml-kem-768' | 'x25519', bytes: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', asymmetricKeyType });
  } catch (cause) {
    throw new RangeError(`these bytes are no public key of ${asymmetricKeyType}`, { cause });
  }
}

function rawPublic(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'raw-public' });
}

/** RFC 7748 section 6.1: OpenSSL refuses a point that would give zeros. */
function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    throw new RangeError('the curve half of X-Wing is a point of low order', { cause });
  }
}

/** Section 5.3: SHA3-256 over both secrets, the curve's ciphertext and public key, and the label. Wipes the secrets. */
function combine(
  lattice: Uint8Array,
  curve: Uint8Array,
  encapsulation: Uint8Array,
  publicKey: Uint8Array,
): Bytes<'SharedSecret'> {
  const input = Buffer.concat([
    lattice,
    curve,
    encapsulation.subarray(LATTICE_CIPHERTEXT),
    publicKey.subarray(LATTICE_PUBLIC_KEY),
    LABEL,
  ]);
  const secret = hash('sha3-256', input, 'buffer');
  wipe(lattice, curve, input);
  return bytesOf(secret);
}

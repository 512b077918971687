import { createHash, createPublicKey, hash, type KeyObject } from 'node:crypto';

/** The identity of a signer who has none: GM/T 0009-2012 section 10. */
const DEFAULT_ID = Buffer.from('1234567812345678');
/** GB/T 32918.5-2017: the coefficients a and b of the curve and its base point. */
const CURVE = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
);
const POINT_LENGTH = 64;

const identities = new WeakMap<KeyObject, Buffer>();

/**
 * What SM2DSA signs, 32 bytes: SM3(Z || message), with Z of the signer's public key and the default identity.
 * GB/T 32918.2-2016 sections 5.5 and 6.1.
 */
export function sm2Digest(message: Uint8Array, key: KeyObject): Buffer {
  return createHash('sm3').update(identityOf(key)).update(message).digest();
}

function identityOf(key: KeyObject): Buffer {
  const known = identities.get(key);
  if (known !== undefined) return known;
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  // SubjectPublicKeyInfo ends with the uncompressed point.
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-POINT_LENGTH);
  const bits = Buffer.from([0, DEFAULT_ID.length * 8]);
  const identity = hash('sm3', Buffer.concat([bits, DEFAULT_ID, CURVE, point]), 'buffer');
  identities.set(key, identity);
  return identity;
}

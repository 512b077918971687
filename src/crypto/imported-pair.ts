import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { der, DerError, DerReader, oidContent, TAG } from './der.ts';
import {
  ID_EC_PUBLIC_KEY,
  isOnCurve,
  isSamePoint,
  pointOf,
  readEcPrivateKey,
  writeEcPrivateKey,
} from './ec-private-key.ts';
import type { KeyPairShape } from './key-spec.ts';
import { readModuleLatticeKey, writeModuleLatticeKey } from './module-lattice-key.ts';
import { isSoundRsa, servesItself } from './pair-check.ts';
import { writePrivateKeyInfo, type PrivateKeyInfo } from './pkcs8.ts';
import { ID_RSA_ENCRYPTION, readRsaPrivateKey, rsaProblem, writeRsaPrivateKey } from './rsa-private-key.ts';

/** Why material is not taken. */
export type MaterialProblem = {
  readonly code: 'wrong-length' | 'malformed' | 'other-spec' | 'unsound';
  /** In words for its owner, who knows the key. */
  readonly says: string;
};

const OTHER_ALGORITHM: MaterialProblem = { code: 'other-spec', says: 'it is a key of another algorithm' };
const OTHER_CURVE: MaterialProblem = { code: 'other-spec', says: 'it is not a key of the named curve' };
const WRONG_SIZE: MaterialProblem = { code: 'malformed', says: 'the private key has the wrong length' };
const OUT_OF_RANGE: MaterialProblem = { code: 'unsound', says: 'the private key is out of range' };
const MISMATCH: MaterialProblem = { code: 'unsound', says: 'the public key does not belong to the private key' };
const INCONSISTENT: MaterialProblem = { code: 'unsound', says: 'the parts of the key do not belong together' };

type ShapeOf<Type extends KeyPairShape['type']> = Extract<KeyPairShape, { type: Type }>;

/** The key in the form that is kept, or why it is not taken. */
type Read = Buffer | MaterialProblem;

/**
 * Reads a key by its shape, checks it, and answers it in the form that is kept. RSA comes as a promise; the bytes are
 * read when this returns.
 *
 * @throws {DerError}
 */
export function readImportedPair(shape: KeyPairShape, info: PrivateKeyInfo): Read | Promise<Read> {
  switch (shape.type) {
    case 'rsa':
      return readRsa(shape, info);
    case 'ec':
      return readEc(shape, info);
    case 'edwards':
      return readEdwards(shape, info);
    case 'module-lattice':
      return readModuleLattice(shape, info);
  }
}

function readRsa(shape: ShapeOf<'rsa'>, info: PrivateKeyInfo): Read | Promise<Read> {
  if (!info.algorithm.equals(oidContent(ID_RSA_ENCRYPTION))) return OTHER_ALGORITHM;
  if (info.parameters.value(TAG.null).length > 0) throw new DerError('a NULL with something in it');
  info.parameters.end();
  const key = readRsaPrivateKey(info.privateKey);
  const problem = rsaProblem(shape, key);
  if (problem !== undefined) return problem;
  const material = checked(writeRsaPrivateKey(key), info);
  return Buffer.isBuffer(material) ? proved(material) : material;
}

async function proved(material: Buffer): Promise<Read> {
  if (await isSoundRsa(open(material) as KeyObject)) return material;
  wipe(material);
  return INCONSISTENT;
}

function readEc(shape: ShapeOf<'ec'>, info: PrivateKeyInfo): Read {
  if (!info.algorithm.equals(oidContent(ID_EC_PUBLIC_KEY))) return OTHER_ALGORITHM;
  // Parameters that are no name describe a curve of somebody's own.
  if (!info.parameters.has(TAG.oid)) return OTHER_CURVE;
  const key = readEcPrivateKey(info.privateKey);
  if (!isOnCurve(shape, info, key)) return OTHER_CURVE;
  if (key.scalar.length !== shape.coordinateLength) return WRONG_SIZE;
  const point = pointOf(shape, key.scalar);
  if (point === undefined) return OUT_OF_RANGE;
  const claims = [key.publicKey, info.publicKey].filter((claim) => claim !== undefined);
  if (!claims.every((claim) => isSamePoint(shape, claim, point))) return MISMATCH;
  return writeEcPrivateKey(shape, key.scalar, point);
}

/** RFC 8410 section 7. */
function readEdwards(shape: ShapeOf<'edwards'>, info: PrivateKeyInfo): Read {
  if (!info.algorithm.equals(oidContent(shape.oid))) return OTHER_ALGORITHM;
  info.parameters.end();
  const reader = new DerReader(info.privateKey);
  const secret = reader.value(TAG.octetString);
  reader.end();
  if (secret.length !== shape.secretLength) return WRONG_SIZE;
  return checked(writePrivateKeyInfo(shape.oid, [], der(TAG.octetString, secret)), info);
}

/** A seed is kept where there is one: it is the shortest form, and all of the key. */
function readModuleLattice(shape: ShapeOf<'module-lattice'>, info: PrivateKeyInfo): Read {
  if (!info.algorithm.equals(oidContent(shape.oid))) return OTHER_ALGORITHM;
  info.parameters.end();
  const key = readModuleLatticeKey(info.privateKey);
  const { seed, expanded } = key;
  const isWrong = (part: Buffer | undefined, length: number) => part !== undefined && part.length !== length;
  if (isWrong(seed, shape.seedLength) || isWrong(expanded, shape.expandedLength)) return WRONG_SIZE;
  if (expanded === undefined) return checked(writeModuleLatticeKey(shape.oid, key), info);
  const whole = checked(writeModuleLatticeKey(shape.oid, key), info, servesItself);
  if (seed === undefined || !Buffer.isBuffer(whole)) return whole;
  wipe(whole);
  return writeModuleLatticeKey(shape.oid, { seed });
}

/** The encoded key, if OpenSSL takes it, a further check does, and the public key that came with it is its own. */
function checked(encoded: Buffer, info: PrivateKeyInfo, isSound: (key: KeyObject) => boolean = () => true): Read {
  const key = open(encoded);
  const problem =
    key === undefined || !isSound(key) ? INCONSISTENT : hasOtherPublicKey(key, info) ? MISMATCH : undefined;
  if (problem === undefined) return encoded;
  wipe(encoded);
  return problem;
}

function open(encoded: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}

function hasOtherPublicKey(key: KeyObject, { publicKey }: PrivateKeyInfo): boolean {
  if (publicKey === undefined) return false;
  const spki = new DerReader(createPublicKey(key).export({ format: 'der', type: 'spki' })).inside(TAG.sequence);
  spki.value(TAG.sequence);
  return !spki.bits().equals(publicKey);
}

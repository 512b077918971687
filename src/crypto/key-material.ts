import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import { DerError } from './der.ts';
import { readImportedPair, type MaterialProblem } from './imported-pair.ts';
import type { KeyPairShape, KeySpecRow } from './key-spec.ts';
import { readPrivateKeyInfo } from './pkcs8.ts';

/** The bits of a key, as docs/spec/key-specs.md encodes them: raw for secret keys, PKCS#8 DER for pairs. */
export type KeyMaterial = Bytes<'KeyMaterial'>;

/**
 * Fresh material. RSA takes long and is made on OpenSSL's threads, so it comes as a promise; the others are there at
 * once.
 */
export function generateMaterial(spec: KeySpecRow): KeyMaterial | Promise<KeyMaterial> {
  if (spec.pair !== undefined) return generatePair(spec.pair);
  if (spec.materialLength === undefined) throw new TypeError(`the spec ${spec.name} says nothing of its material`);
  return bytesOf(randomBytes(spec.materialLength));
}

const generateOffLoop = promisify(generateKeyPair);

function generatePair(shape: KeyPairShape): KeyMaterial | Promise<KeyMaterial> {
  switch (shape.type) {
    case 'rsa':
      return generateOffLoop('rsa', { modulusLength: shape.modulusLength }).then(({ privateKey }) =>
        encode(privateKey),
      );
    case 'ec':
      return encode(generateKeyPairSync('ec', { namedCurve: shape.curve }).privateKey);
    case 'edwards':
      return encode(generateKeyPairSync(shape.curve).privateKey);
    case 'module-lattice':
      // Node writes these as their seed alone, which is the form that is kept.
      return encode(generateKeyPairSync(shape.name as 'ml-dsa-44').privateKey);
  }
}

function encode(privateKey: KeyObject): KeyMaterial {
  return bytesOf(privateKey.export({ format: 'der', type: 'pkcs8' }));
}

/**
 * Takes in material that somebody brings: exactly one sound key of this spec, raw or PKCS#8 DER. Answers it in the
 * form that is kept, in memory of its own, so that one key has one form whatever its encoding was. Whether an RSA key
 * is sound takes long and is found out off the event loop, so it comes as a promise; the bytes have been read when this
 * returns. The caller wipes both.
 */
export function readImportedMaterial(
  spec: KeySpecRow,
  bytes: Uint8Array,
): KeyMaterial | MaterialProblem | Promise<KeyMaterial | MaterialProblem> {
  if (spec.pair === undefined) {
    const { materialLength, longestBrought: longest } = spec;
    const isFit =
      longest === undefined ? bytes.byteLength === materialLength : bytes.byteLength > 0 && bytes.byteLength <= longest;
    if (isFit) return bytesOf(Buffer.from(bytes));
    const length = longest === undefined ? materialLength : `1 to ${longest}`;
    return { code: 'wrong-length', says: `${length} bytes are expected` };
  }
  try {
    const read = readImportedPair(spec.pair, readPrivateKeyInfo(bytes));
    return read instanceof Promise ? read.then(named) : named(read);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    return { code: 'malformed', says: 'it is not a private key in PKCS#8 DER and nothing else' };
  }
}

function named(read: Buffer | MaterialProblem): KeyMaterial | MaterialProblem {
  return Buffer.isBuffer(read) ? bytesOf<'KeyMaterial'>(read) : read;
}

/** Whether material was refused. */
export function isMaterialProblem(read: KeyMaterial | MaterialProblem): read is MaterialProblem {
  return !Buffer.isBuffer(read);
}

/** Opens material of our own: generated here, or read by {@link readImportedMaterial}. */
export function openKeyMaterial(spec: KeySpecRow, material: Uint8Array): KeyObject {
  if (spec.pair === undefined) return createSecretKey(material);
  return createPrivateKey({ key: viewOf(material), format: 'der', type: 'pkcs8' });
}

/** The public half, as SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7): curves by name, points uncompressed. */
export function publicKeyOf(_spec: KeySpecRow, privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

import { createECDH } from 'node:crypto';
import { contextTag, der, DerError, DerReader, derInteger, oidContent, TAG } from './der.ts';
import type { KeyPairShape } from './key-spec.ts';
import { readPrivateKeyInfo, smallInteger, writePrivateKeyInfo, type PrivateKeyInfo } from './pkcs8.ts';

export type Curve = Extract<KeyPairShape, { type: 'ec' }>;

export const ID_EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const PARAMETERS = contextTag(0, 'constructed');
const PUBLIC_KEY = contextTag(1, 'constructed');

/** The content of ECPrivateKey (RFC 5915 section 3). Views. */
export interface EcPrivateKey {
  readonly scalar: Buffer;
  /** Content of the object identifier of a curve, where it is named once more. */
  readonly curve: Buffer | undefined;
  readonly publicKey: Buffer | undefined;
}

/** @throws {DerError} */
export function readEcPrivateKey(bytes: Uint8Array): EcPrivateKey {
  const outer = new DerReader(bytes);
  const key = outer.inside(TAG.sequence);
  outer.end();
  if (smallInteger(key) !== 1) throw new DerError('a version that ECPrivateKey does not have');
  const scalar = key.value(TAG.octetString);
  const curve = key.has(PARAMETERS) ? only(key.inside(PARAMETERS), (reader) => reader.value(TAG.oid)) : undefined;
  const publicKey = key.has(PUBLIC_KEY) ? only(key.inside(PUBLIC_KEY), (reader) => reader.bits()) : undefined;
  key.end();
  return { scalar, curve, publicKey };
}

function only(reader: DerReader, read: (reader: DerReader) => Buffer): Buffer {
  const value = read(reader);
  reader.end();
  return value;
}

/** Material of a key on this curve, with its point: PKCS#8, DER. */
export function writeEcPrivateKey(curve: Curve, scalar: Uint8Array, point: Uint8Array): Buffer {
  const publicKey = der(PUBLIC_KEY, der(TAG.bitString, Buffer.from([0]), point));
  const key = der(TAG.sequence, derInteger(Buffer.from([1])), der(TAG.octetString, scalar), publicKey);
  return writePrivateKeyInfo(ID_EC_PUBLIC_KEY, [der(TAG.oid, oidContent(curve.oid))], key);
}

/** The private scalar in material of our own, as a view. */
export function scalarOf(material: Uint8Array): Buffer {
  return readEcPrivateKey(readPrivateKeyInfo(material).privateKey).scalar;
}

/** Whether a key says that it is on this curve, by the curve's name, wherever it says so. */
export function isOnCurve(curve: Curve, info: PrivateKeyInfo, key: EcPrivateKey): boolean {
  const oid = oidContent(curve.oid);
  const named = only(info.parameters, (reader) => reader.value(TAG.oid));
  return named.equals(oid) && (key.curve === undefined || key.curve.equals(oid));
}

/**
 * The uncompressed point of a private scalar; `undefined` where the scalar is not from 1 to the order less 1, or is the
 * one of these that the curve's signatures cannot be made with: OpenSSL would try for ever.
 */
export function pointOf(curve: Curve, scalar: Uint8Array): Buffer | undefined {
  if (curve.unfitScalar !== undefined && Buffer.from(curve.unfitScalar, 'hex').equals(scalar)) return undefined;
  const ecdh = createECDH(curve.curve);
  try {
    ecdh.setPrivateKey(scalar);
  } catch {
    return undefined;
  }
  return ecdh.getPublicKey();
}

/** Whether an encoded point is this uncompressed one. */
export function isSamePoint(curve: Curve, encoded: Uint8Array, point: Buffer): boolean {
  if (point.equals(encoded)) return true;
  const { coordinateLength } = curve;
  const sign = 2 + ((point.at(-1) as number) & 1);
  return Buffer.concat([Buffer.from([sign]), point.subarray(1, 1 + coordinateLength)]).equals(encoded);
}

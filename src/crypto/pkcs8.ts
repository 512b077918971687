import { contextTag, der, derInteger, DerError, DerReader, encodeDer, oidContent, TAG, type DerValue } from './der.ts';

const ATTRIBUTES = contextTag(0, 'constructed');
const PUBLIC_KEY = contextTag(1, 'primitive');

/** A private key as PKCS#8 carries it. All buffers are views. */
export interface PrivateKeyInfo {
  /** Content of the algorithm's object identifier. */
  readonly algorithm: Buffer;
  /** At the algorithm's parameters, whose end nobody has checked yet. */
  readonly parameters: DerReader;
  /** The algorithm's own form of the key. */
  readonly privateKey: Buffer;
  /** Only in version 2. */
  readonly publicKey: Buffer | undefined;
}

/**
 * Reads OneAsymmetricKey of RFC 5958 section 2, which PKCS#8 of RFC 5208 is the first version of. Attributes are
 * skipped: they say how another system used the key.
 *
 * @throws {DerError}
 */
export function readPrivateKeyInfo(bytes: Uint8Array): PrivateKeyInfo {
  const outer = new DerReader(bytes);
  const info = outer.inside(TAG.sequence);
  outer.end();
  const version = smallInteger(info);
  if (version > 1) throw new DerError('a version that PKCS#8 does not have');
  const parameters = info.inside(TAG.sequence);
  const algorithm = parameters.value(TAG.oid);
  const privateKey = info.value(TAG.octetString);
  if (info.has(ATTRIBUTES)) info.value(ATTRIBUTES);
  const publicKey = version === 1 && info.has(PUBLIC_KEY) ? info.bits(PUBLIC_KEY) : undefined;
  info.end();
  return { algorithm, parameters, privateKey, publicKey };
}

/** A version number. @throws {DerError} */
export function smallInteger(reader: DerReader): number {
  const magnitude = reader.magnitude();
  if (magnitude.length > 1) throw new DerError('a version is too large');
  return magnitude[0] ?? 0;
}

/** Writes a private key in the first version, without attributes. */
export function writePrivateKeyInfo(oid: string, parameters: readonly DerValue[], privateKey: DerValue): Buffer {
  const algorithm = der(TAG.sequence, der(TAG.oid, oidContent(oid)), ...parameters);
  return encodeDer(der(TAG.sequence, derInteger(Buffer.alloc(0)), algorithm, der(TAG.octetString, privateKey)));
}

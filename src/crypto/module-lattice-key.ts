import { contextTag, der, DerReader, TAG } from './der.ts';
import { writePrivateKeyInfo } from './pkcs8.ts';

/** The forms that a key of ML-DSA (RFC 9881 section 6) or ML-KEM (RFC 9935 section 6) may come in. Views. */
export type ModuleLatticeKey =
  | { readonly seed: Buffer; readonly expanded?: undefined }
  | { readonly seed?: undefined; readonly expanded: Buffer }
  | { readonly seed: Buffer; readonly expanded: Buffer };

const SEED = contextTag(0, 'primitive');

/** @throws {DerError} */
export function readModuleLatticeKey(bytes: Uint8Array): ModuleLatticeKey {
  const outer = new DerReader(bytes);
  const key = outer.has(TAG.sequence) ? readBoth(outer.inside(TAG.sequence)) : readOne(outer);
  outer.end();
  return key;
}

function readBoth(reader: DerReader): ModuleLatticeKey {
  const [seed, expanded] = [reader.value(TAG.octetString), reader.value(TAG.octetString)];
  reader.end();
  return { seed, expanded };
}

function readOne(reader: DerReader): ModuleLatticeKey {
  return reader.has(SEED) ? { seed: reader.value(SEED) } : { expanded: reader.value(TAG.octetString) };
}

/** Material of such a key, in the form that it has: PKCS#8, DER. */
export function writeModuleLatticeKey(oid: string, { seed, expanded }: ModuleLatticeKey): Buffer {
  if (expanded === undefined) return writePrivateKeyInfo(oid, [], der(SEED, seed));
  const octets = der(TAG.octetString, expanded);
  const form = seed === undefined ? octets : der(TAG.sequence, der(TAG.octetString, seed), octets);
  return writePrivateKeyInfo(oid, [], form);
}

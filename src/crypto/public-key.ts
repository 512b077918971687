import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerError, DerReader, oidContent, TAG } from './der.ts';
import { ID_EC_PUBLIC_KEY, type Curve } from './ec-private-key.ts';

/**
 * The point of a SubjectPublicKeyInfo that is exactly a public key of this curve (RFC 5480 section 2): named, not
 * described by parameters; uncompressed or compressed; nothing behind it. `undefined` for everything else. Whether
 * the point is on the curve is OpenSSL's to say.
 */
export function curvePointOf(shape: Curve, spki: Uint8Array): Buffer | undefined {
  try {
    const outer = new DerReader(spki);
    const info = outer.inside(TAG.sequence);
    const algorithm = info.inside(TAG.sequence);
    const names = [algorithm.value(TAG.oid), algorithm.value(TAG.oid)] as const;
    const point = info.bits();
    for (const reader of [algorithm, info, outer]) reader.end();
    const isNamed = names[0].equals(oidContent(ID_EC_PUBLIC_KEY)) && names[1].equals(oidContent(shape.oid));
    return isNamed && isPoint(point, shape.coordinateLength) ? point : undefined;
  } catch (cause) {
    if (cause instanceof DerError) return undefined;
    throw cause;
  }
}

/** SEC 1 section 2.3.3, without infinity and without hybrid forms. */
function isPoint(point: Buffer, coordinateLength: number): boolean {
  if (point[0] === 4) return point.length === 1 + 2 * coordinateLength;
  return (point[0] === 2 || point[0] === 3) && point.length === 1 + coordinateLength;
}

/** Opens a public key. `undefined` where OpenSSL refuses it: the point is not on its curve. */
export function openPublicKey(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { der, encodeDer, oidContent, TAG } from './der.ts';
import { pointOf, scalarOf, writeEcPrivateKey, type Curve } from './ec-private-key.ts';
import { deriveSharedSecret } from './key-agreement.ts';
import { generateMaterial, openKeyMaterial, publicKeyOf, type KeyMaterial } from './key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from './key-spec.ts';

const SPECS = KEY_SPECS.filter(({ usages }) => usages.includes('key-agreement'));
const curveOf = (spec: KeySpecRow) => spec.pair as Curve;

function keyOf(spec: KeySpecRow): { material: KeyMaterial; key: KeyObject; spki: Buffer } {
  const material = generateMaterial(spec) as KeyMaterial;
  const key = openKeyMaterial(spec, material);
  return { material, key, spki: publicKeyOf(spec, key) };
}

function spkiOf(oid: string, point: Uint8Array, unusedBits = 0): Buffer {
  const algorithm = der(TAG.sequence, der(TAG.oid, oidContent('1.2.840.10045.2.1')), der(TAG.oid, oidContent(oid)));
  return encodeDer(der(TAG.sequence, algorithm, der(TAG.bitString, Buffer.from([unusedBits]), point)));
}

describe.each(SPECS)('key agreement with $name', (spec) => {
  const [one, two] = [keyOf(spec), keyOf(spec)];
  const { oid, coordinateLength } = curveOf(spec);
  const point = pointOf(curveOf(spec), scalarOf(two.material)) as Buffer;

  it('gives both the same secret, as long as a coordinate', () => {
    const secret = deriveSharedSecret(spec, one.key, two.spki);
    expect(secret).toHaveLength(coordinateLength);
    expect(deriveSharedSecret(spec, two.key, one.spki)).toEqual(secret);
  });

  it('is the x coordinate: with the scalar 1, that of the peer itself', () => {
    const scalar = Buffer.alloc(coordinateLength);
    scalar[coordinateLength - 1] = 1;
    const base = pointOf(curveOf(spec), scalar) as Buffer;
    const unit = openKeyMaterial(spec, writeEcPrivateKey(curveOf(spec), scalar, base));
    expect(deriveSharedSecret(spec, unit, two.spki)).toEqual(point.subarray(1, 1 + coordinateLength));
    expect(deriveSharedSecret(spec, two.key, spkiOf(oid, base))).toEqual(point.subarray(1, 1 + coordinateLength));
  });

  it('takes a compressed point for what it is', () => {
    const compressed = Buffer.concat([
      Buffer.from([2 + ((point.at(-1) as number) & 1)]),
      point.subarray(1, 1 + coordinateLength),
    ]);
    expect(deriveSharedSecret(spec, one.key, spkiOf(oid, compressed))).toEqual(
      deriveSharedSecret(spec, one.key, two.spki),
    );
  });

  it.each(SPECS.filter(({ name }) => name !== spec.name))('refuses a key of $name', (other) => {
    expect(deriveSharedSecret(spec, one.key, keyOf(other).spki)).toBeUndefined();
  });

  it('refuses points that are off the curve, at infinity, hybrid, cut or lengthened', () => {
    const off = Buffer.from(point);
    off[off.length - 1] = (off.at(-1) as number) ^ 1;
    const hybrid = Buffer.from(point);
    hybrid[0] = 6 + ((point.at(-1) as number) & 1);
    const large = Buffer.alloc(point.length, 0xff);
    large[0] = 4;
    const zero = Buffer.alloc(point.length);
    zero[0] = 4;
    const others = [
      off,
      hybrid,
      large,
      zero,
      Buffer.from([0]),
      Buffer.alloc(0),
      point.subarray(1),
      point.subarray(0, -1),
    ];
    for (const bad of [...others, Buffer.concat([point, Buffer.alloc(1)])]) {
      const derived = deriveSharedSecret(spec, one.key, spkiOf(oid, bad));
      expect(derived, `${bad.length} bytes`).toBeUndefined();
    }
  });

  it('refuses every other encoding of the key', () => {
    const pem = Buffer.from(createPublicKey(two.key).export({ format: 'pem', type: 'spki' }));
    const bad = [
      Buffer.alloc(0),
      Buffer.concat([two.spki, Buffer.alloc(1)]),
      two.spki.subarray(0, -1),
      spkiOf(oid, point, 1),
      point,
      pem,
      two.material,
      spkiOf('1.3.132.0.33', point),
    ];
    for (const bytes of bad) expect(deriveSharedSecret(spec, one.key, bytes)).toBeUndefined();
  });
});

describe('key agreement', () => {
  it('refuses a curve that is described instead of named', () => {
    const spec = keySpec('ec-p256') as KeySpecRow;
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    expect(deriveSharedSecret(spec, keyOf(spec).key, spki)).toBeUndefined();
  });

  it('is nothing for keys without a curve', () => {
    const spec = keySpec('ed25519') as KeySpecRow;
    expect(() => deriveSharedSecret(spec, keyOf(spec).key, Buffer.alloc(0))).toThrow('do not agree on secrets');
  });
});

import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decapsulate, encapsulate } from './encapsulation.ts';
import { generateMaterial, openKeyMaterial, type KeyMaterial } from './key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from './key-spec.ts';

const keyOf = (spec: KeySpecRow) => openKeyMaterial(spec, generateMaterial(spec) as KeyMaterial);
const LENGTHS: Record<string, number> = { 'ml-kem-512': 768, 'ml-kem-768': 1088, 'ml-kem-1024': 1568 };

describe.each(KEY_SPECS.filter(({ family }) => family === 'ml-kem'))('encapsulation with $name', (spec) => {
  const key = keyOf(spec);
  const { sharedSecret, ciphertext } = encapsulate(createPublicKey(key));

  it('gives 32 bytes that the private key finds again', () => {
    expect(sharedSecret).toHaveLength(32);
    expect(ciphertext).toHaveLength(LENGTHS[spec.name] as number);
    expect(decapsulate(spec, key, ciphertext)).toEqual(sharedSecret);
    expect(encapsulate(createPublicKey(key)).sharedSecret).not.toEqual(sharedSecret);
  });

  it('rejects implicitly: another ciphertext or key gives another secret, and always the same', () => {
    const changed = Buffer.from(ciphertext);
    changed[3] = (changed[3] as number) ^ 1;
    const other = decapsulate(spec, key, changed);
    expect(other).toHaveLength(32);
    expect(other).not.toEqual(sharedSecret);
    expect(decapsulate(spec, key, changed)).toEqual(other);
    expect(decapsulate(spec, keyOf(spec), ciphertext)).not.toEqual(sharedSecret);
  });

  it('refuses every other length', () => {
    for (const length of [
      0,
      1,
      31,
      32,
      767,
      769,
      1087,
      1089,
      1567,
      1569,
      ciphertext.length - 1,
      ciphertext.length + 1,
    ]) {
      expect(decapsulate(spec, key, Buffer.alloc(length)), `${length} bytes`).toBeUndefined();
    }
  });
});

describe('encapsulation', () => {
  it('is nothing for keys that sign', () => {
    const spec = keySpec('ml-dsa-44') as KeySpecRow;
    expect(() => decapsulate(spec, keyOf(spec), Buffer.alloc(768))).toThrow('do not encapsulate');
  });
});

import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateMaterial, openKeyMaterial, publicKeyOf, readImportedMaterial } from './key-material.ts';
import { KEY_SPECS } from './key-spec.ts';

/** One of each: RSA takes long to make. */
const made = await Promise.all(
  KEY_SPECS.map(async (spec) => {
    const making = generateMaterial(spec);
    return { spec, name: spec.name, isRsa: spec.family === 'rsa', making, material: await making };
  }),
);

describe('material of every key spec', () => {
  it.each(made)('$name: is there at once, or comes as a promise for RSA', ({ making, isRsa }) => {
    expect(making instanceof Promise).toBe(isRsa);
  });

  it.each(made)('$name: is taken back as it is, in memory of its own', async ({ spec, material, isRsa }) => {
    const reading = readImportedMaterial(spec, material);
    expect(reading instanceof Promise).toBe(isRsa);
    const again = (await reading) as Buffer;
    expect(again).toEqual(material);
    expect(again.buffer).not.toBe(material.buffer);
  });

  it.each(made.filter(({ isRsa }) => !isRsa))('$name: differs each time', async ({ spec, material }) => {
    expect(await generateMaterial(spec)).not.toEqual(material);
  });

  it.each(made.filter(({ spec }) => spec.pair === undefined))('$name: opens as a secret key', ({ spec, material }) => {
    const key = openKeyMaterial(spec, material);
    expect([key.type, key.symmetricKeySize]).toEqual(['secret', spec.materialLength]);
  });

  it.each(made.filter(({ spec }) => spec.pair !== undefined))('$name: has a public key', ({ spec, material }) => {
    const key = openKeyMaterial(spec, material);
    expect(key.type).toBe('private');
    const publicKey = createPublicKey({ key: publicKeyOf(spec, key), format: 'der', type: 'spki' });
    expect(publicKey.asymmetricKeyType).toBe(key.asymmetricKeyType);
  });
});

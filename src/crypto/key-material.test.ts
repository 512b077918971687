import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateMaterial, openKeyMaterial, publicKeyOf, readImportedMaterial } from './key-material.ts';
import { KEY_SPECS } from './key-spec.ts';

describe('material of every key spec', () => {
  it.each(KEY_SPECS)('$name: what is generated opens, and is taken back as it is', async (spec) => {
    const material = await generateMaterial(spec);
    const again = await readImportedMaterial(spec, material);
    expect(again).toEqual(material);
    expect((again as Buffer).buffer).not.toBe(material.buffer);
    const key = openKeyMaterial(spec, material);
    expect(key.type).toBe(spec.pair === undefined ? 'secret' : 'private');
  });

  it.each(KEY_SPECS)('$name is made off the event loop if it is RSA, and at once otherwise', async (spec) => {
    const made = [generateMaterial(spec), readImportedMaterial(spec, await generateMaterial(spec))];
    for (const one of made) expect(one instanceof Promise).toBe(spec.family === 'rsa');
    const [one, two] = await Promise.all([made[0], generateMaterial(spec)]);
    expect(one).not.toEqual(two);
    await made[1];
  });

  it.each(KEY_SPECS.filter(({ pair }) => pair !== undefined))('$name has a public key', async (spec) => {
    const key = openKeyMaterial(spec, await generateMaterial(spec));
    const publicKey = createPublicKey({ key: publicKeyOf(spec, key), format: 'der', type: 'spki' });
    expect(publicKey.asymmetricKeyType).toBe(key.asymmetricKeyType);
  });
});

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateMaterial } from '../crypto/key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from '../crypto/key-spec.ts';
import { UnwrapError } from '../crypto/wrapped-secret.ts';
import { createKey } from './create.ts';
import { codeOf, GENERATED, inRegion, keyAfter, makeSpace, newKey, NOW, random } from './key-space.fixture.ts';
import type { Key } from './key.ts';
import { OpenKey } from './open-key.ts';
import { sign, verify } from './sign.ts';
import { requireUsable } from './use.ts';

const space = makeSpace();

/** A key of any spec, as it is read back from its record. RSA is made on the event loop here. */
async function keyOf(spec: KeySpecRow): Promise<Key> {
  const usage = spec.usages[0] as Key['usage'];
  const material = await generateMaterial(spec);
  return keyAfter(
    space,
    createKey(space, { ...GENERATED, spec, usage, extractable: spec.family === 'secret' }, NOW, random, material),
  );
}

describe.each(KEY_SPECS.filter(({ name }) => !/rsa-[34]/.test(name)).map((spec) => [spec.name, spec] as const))(
  'a key of %s',
  (_, spec) => {
    it('opens from its record, and tells its public half without opening', async () => {
      const key = await keyOf(spec);
      const [version] = key.versions;
      expect(version?.material?.length).toBeGreaterThan(40);
      const open = new OpenKey(key, space);
      const { material } = open.current(NOW);
      expect(material.type).toBe(spec.pair ? 'private' : 'secret');
      const told = version?.publicKey;
      expect(told !== undefined).toBe(spec.pair !== undefined);
      const spki = spec.pair && createPublicKey(material).export({ format: 'der', type: 'spki' }).toString('base64');
      expect(told).toBe(spki);
      expect(codeOf(() => open.publicHalf(NOW))).toBe(spec.pair ? 'allowed' : 'wrong-family');
    });

    it('holds its material under its spec, usage and place alone', async () => {
      const key = await keyOf(spec);
      const moved = [
        { ...key, id: newKey(space).id },
        { ...key, spec: keySpec(spec.name === 'ec-p256' ? 'ec-p384' : 'ec-p256') as KeySpecRow },
        { ...key, usage: key.usage === 'sign-verify' ? ('key-agreement' as const) : ('sign-verify' as const) },
        { ...key, origin: 'imported' as const },
      ];
      for (const other of moved) expect(() => new OpenKey(other, space).current(NOW)).toThrow(UnwrapError);
      const elsewhere = inRegion(space.tenantKey, 'eu-west-9');
      expect(() => new OpenKey(key, elsewhere).current(NOW)).toThrow(UnwrapError);
    });
  },
);

describe('pairs', () => {
  const spec = keySpec('ec-p256') as KeySpecRow;
  const wanted = { ...GENERATED, spec, usage: 'sign-verify' as const };

  it('are not made without material: that is for who may wait', () => {
    expect(() => createKey(space, wanted, NOW, random)).toThrow(TypeError);
  });

  it('leave no private key in their record', async () => {
    const material = await generateMaterial(spec);
    const { writes } = createKey(space, wanted, NOW, random, material);
    const body = JSON.stringify(writes, (_, value: unknown) =>
      (value as { type?: string } | null)?.type === 'Buffer'
        ? Buffer.from((value as { data: number[] }).data).toString('latin1')
        : value,
    );
    const { d } = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
    const secret = Buffer.from(d as string, 'base64url');
    for (const form of ['base64', 'hex', 'latin1'] as const) expect(body).not.toContain(secret.toString(form));
  });

  it('verify what they signed although nothing was opened', async () => {
    const key = await keyOf(spec);
    const signed = { algorithm: 'ECDSA_SHA_256', message: Buffer.from('m'), messageType: 'RAW' } as const;
    const { signature, version } = await sign(new OpenKey(key, space), signed, NOW);
    // The private half would not open here.
    const elsewhere = new OpenKey(key, inRegion(space.tenantKey, 'eu-west-9'));
    expect(verify(elsewhere, signed, signature, NOW)).toEqual(version);
    expect(codeOf(() => verify(elsewhere, { ...signed, message: Buffer.from('n') }, signature, NOW))).toBe(
      'invalid-signature',
    );
  });

  it('are told apart by state, then usage, then algorithm', async () => {
    const key = await keyOf(spec);
    const off = { ...key, state: 'suspended' as const };
    expect(codeOf(() => requireUsable(off, 'key-agreement', NOW))).toBe('key-disabled');
    expect(codeOf(() => requireUsable(key, 'key-agreement', NOW))).toBe('wrong-usage');
    const wrong = { algorithm: 'ECDSA_SHA_384', message: Buffer.alloc(1), messageType: 'DIGEST' } as const;
    expect(codeOf(() => sign(new OpenKey(key, space), wrong, NOW))).toBe('wrong-algorithm');
    const short = { ...wrong, algorithm: 'ECDSA_SHA_256' } as const;
    expect(codeOf(() => sign(new OpenKey(key, space), short, NOW))).toBe('message-unfit');
  });
});

import { execFileSync } from 'node:child_process';
import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aside, MAX_ASIDE } from './aside.ts';
import { openssl } from './evp/openssl.ts';
import { deriveSharedSecret, deriveSharedSecretAside } from './key-agreement.ts';
import { generateMaterial, openKeyMaterial, publicKeyOf } from './key-material.ts';
import { KEY_SPECS, type KeySpecRow } from './key-spec.ts';
import { decryptAside, decryptWith, encryptTo } from './public-key-encryption.ts';
import { sign, signAside, SIGNING_ALGORITHMS, verify, type MessageType } from './signing.ts';

const ASIDE = await Promise.all(
  KEY_SPECS.filter(({ runs }) => runs === 'aside').map(async (spec) => ({
    spec,
    name: spec.name,
    key: openKeyMaterial(spec, await generateMaterial(spec)),
  })),
);
const rsa = ASIDE.filter(({ spec }) => spec.family === 'rsa');
const keyOf = (name: string) => ASIDE.find((one) => one.name === name)?.key as KeyObject;

const signatures = ASIDE.flatMap(({ spec, name, key }) =>
  (spec.algorithms['sign-verify'] ?? []).flatMap((algorithm) =>
    Object.entries<{ readonly length?: number }>(SIGNING_ALGORITHMS[algorithm].forms).map(([type, { length = 5 }]) => ({
      name,
      key,
      algorithm,
      type: type as MessageType,
      message: Buffer.alloc(length, 7),
    })),
  ),
);

describe('what takes long', () => {
  it('is RSA over 2048 bits, P-521 and ML-DSA', () => {
    expect(ASIDE.map(({ name }) => name)).toEqual([
      'rsa-3072',
      'rsa-4096',
      'ec-p521',
      'ml-dsa-44',
      'ml-dsa-65',
      'ml-dsa-87',
    ]);
  });
});

describe('a signature made aside', () => {
  it.each(signatures)('of $name by $algorithm over $type is one', async ({ key, algorithm, type, message }) => {
    const signature = await signAside(algorithm, key, message, type);
    expect(verify(algorithm, createPublicKey(key), message, type, signature)).toBe(true);
    expect(verify(algorithm, key, Buffer.alloc(message.length, 8), type, signature)).toBe(false);
  });

  it.each(signatures.filter(({ algorithm }) => algorithm.startsWith('RSASSA_PKCS1')))(
    'of $name by $algorithm over $type is the same as one made here',
    async ({ key, algorithm, type, message }) => {
      expect(await signAside(algorithm, key, message, type)).toEqual(sign(algorithm, key, message, type));
    },
  );

  it('is refused at once for what cannot be signed', () => {
    const key = keyOf('rsa-3072');
    expect(() => signAside('RSASSA_PSS_SHA_256', key, Buffer.alloc(31), 'DIGEST')).toThrow(TypeError);
  });

  it.each(['RAW', 'DIGEST'] as const)('of %s leaves the event loop to others meanwhile', async (type) => {
    const order: string[] = [];
    const sign4096 = () => signAside('RSASSA_PSS_SHA_256', keyOf('rsa-4096'), Buffer.alloc(32), type);
    // One behind the other: the first may be done before the loop comes to the others, the second cannot.
    const signed = sign4096()
      .then(sign4096)
      .then(() => order.push('signature'));
    await new Promise((done) => setImmediate(done));
    order.push('others');
    await signed;
    expect(order).toEqual(['others', 'signature']);
  });
});

describe.each(rsa)('OAEP aside with $name', ({ spec, key }) => {
  const publicKey = createPublicKey(key);

  it.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const)('%s decrypts what it decrypts here', async (name) => {
    const modulus = createPublicKey(key).export({ format: 'jwk' }).n as string;
    const encrypted = encryptTo(name, publicKey, randomBytes(32));
    const damaged = [0, 1, 100, encrypted.length - 1].map((at) => {
      const copy = Buffer.from(encrypted);
      copy[at] = (copy[at] as number) ^ 1;
      return copy;
    });
    const odd = [
      Buffer.from(modulus, 'base64url'),
      Buffer.alloc(encrypted.length, 0xff),
      Buffer.alloc(encrypted.length),
    ];
    const other = encryptTo(
      name === 'RSAES_OAEP_SHA_1' ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1',
      publicKey,
      randomBytes(9),
    );
    for (const bytes of [
      ...damaged,
      ...odd,
      other,
      encrypted.subarray(1),
      Buffer.concat([encrypted, Buffer.alloc(1)]),
    ]) {
      expect(await decryptAside(name, key, bytes)).toBeUndefined();
      expect(decryptWith(name, key, bytes)).toBeUndefined();
    }
    for (const length of [1, 32, (spec.pair as { modulusLength: number }).modulusLength / 8 - 66]) {
      const plaintext = randomBytes(length);
      expect(await decryptAside(name, key, encryptTo(name, publicKey, plaintext))).toEqual(plaintext);
    }
    expect(openssl().ERR_get_error()).toBe(0);
  });

  it('leaves the event loop to others meanwhile', async () => {
    const order: string[] = [];
    const encrypted = encryptTo('RSAES_OAEP_SHA_256', publicKey, randomBytes(32));
    const decrypt = () => decryptAside('RSAES_OAEP_SHA_256', key, encrypted);
    const decrypted = decrypt()
      .then(decrypt)
      .then(() => order.push('plaintext'));
    await new Promise((done) => setImmediate(done));
    order.push('others');
    await decrypted;
    expect(order).toEqual(['others', 'plaintext']);
  });
});

describe('a secret agreed on aside', () => {
  it('is the same as one agreed on here, and none with another curve', async () => {
    const { spec, key } = ASIDE.find(({ name }) => name === 'ec-p521') as { spec: KeySpecRow; key: KeyObject };
    const peer = publicKeyOf(spec, openKeyMaterial(spec, await generateMaterial(spec)));
    expect(await deriveSharedSecretAside(spec, key, peer)).toEqual(deriveSharedSecret(spec, key, peer));
    expect(await deriveSharedSecretAside(spec, key, peer.subarray(1))).toBeUndefined();
    await expect(deriveSharedSecretAside(KEY_SPECS[0] as KeySpecRow, key, peer)).rejects.toThrow('agree at once');
  });
});

describe('the runtime', () => {
  it('is given a few operations at once, and the others in their order', async () => {
    let running = 0;
    let most = 0;
    const started: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        aside(async () => {
          started.push(n);
          most = Math.max(most, ++running);
          await new Promise((done) => setImmediate(done));
          running--;
        }),
      ),
    );
    expect(most).toBe(MAX_ASIDE);
    expect(started).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('keeps keys and bytes until their thread is done with them, ten thousand at once', () => {
    const program = join(import.meta.dirname, 'aside.fixture.ts');
    const told = execFileSync(process.execPath, ['--expose-gc', '--no-warnings', program], { encoding: 'utf8' });
    expect(JSON.parse(told)).toEqual({ times: 10_000, wrong: [] });
  });
});

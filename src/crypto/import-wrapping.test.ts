import { constants, createCipheriv, createPrivateKey, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  generateWrappingKey,
  servesWrapping,
  unwrapImported,
  WRAPPING_ALGORITHMS,
  WRAPPING_KEY_SPECS,
  type WrappingAlgorithmName,
  type WrappingKeySpec,
} from './import-wrapping.ts';
import { encryptTo } from './public-key-encryption.ts';

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKeyDer: Buffer;
  readonly modulusLength: number;
}

type HashName = 'sha1' | 'sha256';

type RsaSpec = Exclude<WrappingKeySpec, 'SM2'>;
type RsaAlgorithm = Exclude<WrappingAlgorithmName, 'SM2PKE'>;

const SPECS = Object.keys(WRAPPING_KEY_SPECS).filter((spec): spec is RsaSpec => spec !== 'SM2');
const NAMES = Object.keys(WRAPPING_ALGORITHMS).filter((name): name is RsaAlgorithm => name !== 'SM2PKE');
const keys = new Map<WrappingKeySpec, Keys>();

beforeAll(async () => {
  for (const spec of SPECS) {
    const { publicKey, privateKey } = await generateWrappingKey(spec);
    keys.set(spec, {
      publicKey,
      privateKeyDer: privateKey.export({ format: 'der', type: 'pkcs8' }),
      modulusLength: WRAPPING_KEY_SPECS[spec].modulusLength / 8,
    });
  }
});

const keyOf = (spec: WrappingKeySpec) => keys.get(spec) as Keys;

function oaep(publicKey: KeyObject, oaepHash: HashName, mgf1Hash: HashName, plaintext: Uint8Array): Buffer {
  const options = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, mgf1Hash };
  return publicEncrypt(options as Parameters<typeof publicEncrypt>[0], plaintext);
}

function kwp(aesKey: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv(`id-aes${aesKey.length * 8}-wrap-pad`, aesKey, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}

function wrap(name: RsaAlgorithm, publicKey: KeyObject, material: Buffer, mgf1Hash?: HashName): Buffer {
  const { oaepHash, twoSteps } = WRAPPING_ALGORITHMS[name];
  if (!twoSteps) return oaep(publicKey, oaepHash, mgf1Hash ?? oaepHash, material);
  const aesKey = randomBytes(32);
  return Buffer.concat([oaep(publicKey, oaepHash, mgf1Hash ?? oaepHash, aesKey), kwp(aesKey, material)]);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe.each(SPECS)('under %s', (spec) => {
  it('the key has its size and the public exponent 65537', () => {
    const key = createPrivateKey({ key: keyOf(spec).privateKeyDer, format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyDetails).toMatchObject({
      modulusLength: WRAPPING_KEY_SPECS[spec].modulusLength,
      publicExponent: 65537n,
    });
  });

  it.each(NAMES)('%s brings the material across', async (name) => {
    const { publicKey, privateKeyDer } = keyOf(spec);
    for (const length of [16, 24, 28, 32, 48, 64]) {
      const material = randomBytes(length);
      expect(await unwrapImported(name, privateKeyDer, wrap(name, publicKey, material))).toEqual(material);
    }
  });

  it.each(NAMES.filter((name) => WRAPPING_ALGORITHMS[name].oaepHash === 'sha256'))(
    '%s takes MGF1 with SHA-1, as Java clients send it',
    async (name) => {
      const { publicKey, privateKeyDer } = keyOf(spec);
      const material = randomBytes(32);
      expect(await unwrapImported(name, privateKeyDer, wrap(name, publicKey, material, 'sha1'))).toEqual(material);
    },
  );

  it.each(NAMES.filter((name) => WRAPPING_ALGORITHMS[name].oaepHash === 'sha1'))(
    '%s does not take MGF1 with SHA-256',
    async (name) => {
      const { publicKey, privateKeyDer } = keyOf(spec);
      const encrypted = wrap(name, publicKey, randomBytes(32), 'sha256');
      expect(await unwrapImported(name, privateKeyDer, encrypted)).toBeUndefined();
    },
  );
});

describe.each(NAMES)('%s refuses', (name) => {
  const material = randomBytes(32);
  let encrypted: Buffer;
  let der: Buffer;

  beforeAll(() => {
    const { publicKey, privateKeyDer } = keyOf('RSA_2048');
    der = privateKeyDer;
    encrypted = wrap(name, publicKey, material);
  });

  const refused = async (bytes: Buffer) => (await unwrapImported(name, der, bytes)) === undefined;

  it('every other length', async () => {
    expect(await unwrapImported(name, der, encrypted)).toEqual(material);
    for (const less of [1, 7, 8, 16, 32, 255, encrypted.length - 1, encrypted.length]) {
      expect(await refused(encrypted.subarray(0, encrypted.length - less)), `${less} bytes less`).toBe(true);
      expect(await refused(encrypted.subarray(less)), `${less} bytes less in front`).toBe(true);
    }
    for (const more of [1, 7, 8, 16]) {
      expect(await refused(Buffer.concat([encrypted, Buffer.alloc(more)])), `${more} bytes more`).toBe(true);
      expect(await refused(Buffer.concat([Buffer.alloc(more), encrypted])), `${more} bytes in front`).toBe(true);
    }
  });

  it('flipped bits all over', async () => {
    for (let bit = 0; bit < encrypted.length * 8; bit += 41) {
      expect(await refused(flipped(encrypted, bit)), `bit ${bit}`).toBe(true);
    }
  });

  it('what was encrypted for another key, by another algorithm or as PKCS #1 v1.5', async () => {
    const own = keyOf('RSA_2048').publicKey;
    expect(await refused(wrap(name, keyOf('RSA_3072').publicKey, material))).toBe(true);
    for (const other of NAMES.filter((candidate) => candidate !== name)) {
      // By the RSA step alone an AES key and material of 32 bytes look the same: the lengths tell them apart.
      expect(await refused(wrap(other, own, material)), `by ${other}`).toBe(true);
    }
    const padding = constants.RSA_PKCS1_PADDING;
    expect(await refused(publicEncrypt({ key: own, padding }, material))).toBe(true);
  });
});

describe('RSA ciphertext with a zero in front', () => {
  it('is refused without it: RFC 8017 wants the whole length', async () => {
    const { publicKey, privateKeyDer } = keyOf('RSA_2048');
    const material = randomBytes(32);
    let encrypted: Buffer;
    do encrypted = oaep(publicKey, 'sha256', 'sha256', material);
    while (encrypted[0] !== 0);
    expect(await unwrapImported('RSAES_OAEP_SHA_256', privateKeyDer, encrypted)).toEqual(material);
    expect(await unwrapImported('RSAES_OAEP_SHA_256', privateKeyDer, encrypted.subarray(1))).toBeUndefined();
  });
});

describe('AES-KWP', () => {
  const { oaepHash } = WRAPPING_ALGORITHMS.RSA_AES_KEY_WRAP_SHA_256;
  const unwrap = (aesKey: Buffer, wrapped: Buffer) => {
    const { publicKey, privateKeyDer } = keyOf('RSA_2048');
    const encrypted = Buffer.concat([oaep(publicKey, oaepHash, oaepHash, aesKey), wrapped]);
    return unwrapImported('RSA_AES_KEY_WRAP_SHA_256', privateKeyDer, encrypted);
  };

  it.each([1, 7, 8, 9, 16, 31, 32, 33, 1217, 2375, 4096])('gives back %d bytes', async (length) => {
    const material = randomBytes(length);
    const aesKey = randomBytes(32);
    expect(await unwrap(aesKey, kwp(aesKey, material))).toEqual(material);
  });

  it.each([16, 24, 32])('takes an AES key of %d bytes', async (length) => {
    const aesKey = randomBytes(length);
    expect(await unwrap(aesKey, kwp(aesKey, Buffer.from('material')))).toEqual(Buffer.from('material'));
  });

  it.each([0, 1, 8, 15, 17, 31, 33, 64])('refuses an AES key of %d bytes', async (length) => {
    expect(await unwrap(randomBytes(length), kwp(randomBytes(32), randomBytes(32)))).toBeUndefined();
  });

  it.each([1, 8, 15, 17, 20, 23, 25, 39])('refuses %d wrapped bytes', async (length) => {
    const aesKey = randomBytes(32);
    expect(await unwrap(aesKey, kwp(aesKey, randomBytes(32)).subarray(0, length))).toBeUndefined();
  });

  it('refuses every flipped bit of the wrapped material', async () => {
    const aesKey = randomBytes(32);
    const wrapped = kwp(aesKey, randomBytes(17));
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      expect(await unwrap(aesKey, flipped(wrapped, bit)), `bit ${bit}`).toBeUndefined();
    }
  });

  it('refuses AES-KW, which is another algorithm', async () => {
    const aesKey = randomBytes(32);
    const cipher = createCipheriv('id-aes256-wrap', aesKey, Buffer.alloc(8, 0xa6));
    expect(await unwrap(aesKey, Buffer.concat([cipher.update(randomBytes(32)), cipher.final()]))).toBeUndefined();
  });
});

describe('SM2PKE', () => {
  it('brings material across, and takes nothing else for it', async () => {
    const { publicKey, privateKey } = await generateWrappingKey('SM2');
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    const material = randomBytes(32);
    const encrypted = encryptTo('SM2PKE', publicKey, material);
    expect(await unwrapImported('SM2PKE', der, encrypted)).toEqual(material);
    for (let bit = 0; bit < encrypted.length * 8; bit += 7) {
      expect(await unwrapImported('SM2PKE', der, flipped(encrypted, bit)), `bit ${bit}`).toBeUndefined();
    }
    expect(await unwrapImported('SM2PKE', der, Buffer.concat([encrypted, Buffer.alloc(1)]))).toBeUndefined();
    expect(await unwrapImported('SM2PKE', der, encrypted.subarray(0, -1))).toBeUndefined();
  });

  it('goes with keys of SM2 alone', () => {
    const pairs = [...SPECS, 'SM2' as const].flatMap((spec) =>
      [...NAMES, 'SM2PKE' as const].map((name) => [spec, name] as const),
    );
    const fitting = pairs.filter(([spec, name]) => servesWrapping(spec, name));
    expect(fitting).toHaveLength(3 * 4 + 1);
    expect(fitting).toContainEqual(['SM2', 'SM2PKE']);
  });
});

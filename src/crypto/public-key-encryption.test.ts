import { constants, createPublicKey, privateEncrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { der, derInteger, encodeDer, TAG } from './der.ts';
import { pointOf, writeEcPrivateKey, type Curve } from './ec-private-key.ts';
import { generateMaterial, openKeyMaterial } from './key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from './key-spec.ts';
import { decryptWith, encryptTo, maxPlaintext, type PublicKeyEncryptionName } from './public-key-encryption.ts';

const rows = await Promise.all(
  KEY_SPECS.filter(({ family }) => family === 'rsa' || family === 'sm2').map(async (spec) => ({
    spec,
    name: spec.name,
    key: openKeyMaterial(spec, await generateMaterial(spec)),
  })),
);
const cases = rows.flatMap(({ spec, name, key }) =>
  (spec.algorithms['encrypt-decrypt'] ?? []).map((algorithm) => ({
    spec,
    name,
    key,
    publicKey: createPublicKey(key),
    algorithm: algorithm as PublicKeyEncryptionName,
  })),
);

describe.each(cases)('$name by $algorithm', ({ spec, key, publicKey, algorithm }) => {
  const longest = maxPlaintext(algorithm, spec);

  it('gives back 1 byte and the longest plaintext', () => {
    for (const length of [1, 32, longest]) {
      const plaintext = randomBytes(length);
      const ciphertext = encryptTo(algorithm, publicKey, plaintext);
      expect(ciphertext.length).toBeLessThanOrEqual(6144);
      expect(decryptWith(algorithm, key, ciphertext)).toEqual(plaintext);
      expect(encryptTo(algorithm, publicKey, plaintext)).not.toEqual(ciphertext);
    }
  });

  it('refuses what was changed, cut or lengthened, all in one way', () => {
    const ciphertext = encryptTo(algorithm, publicKey, randomBytes(32));
    for (let bit = 0; bit < ciphertext.length * 8; bit += 37) {
      const changed = Buffer.from(ciphertext);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(decryptWith(algorithm, key, changed), `bit ${bit}`).toBeUndefined();
    }
    const lengthened = [Buffer.concat([ciphertext, Buffer.alloc(1)]), Buffer.concat([Buffer.alloc(1), ciphertext])];
    for (const bad of [
      ...lengthened,
      ciphertext.subarray(1),
      ciphertext.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.alloc(1),
    ]) {
      expect(decryptWith(algorithm, key, bad)).toBeUndefined();
    }
  });
});

describe('the longest plaintexts', () => {
  it.each([
    ['rsa-2048', 214, 190],
    ['rsa-3072', 342, 318],
    ['rsa-4096', 470, 446],
  ])('of %s are %d bytes with SHA-1 and %d with SHA-256', (name, sha1, sha256) => {
    const spec = keySpec(name) as KeySpecRow;
    expect(maxPlaintext('RSAES_OAEP_SHA_1', spec)).toBe(sha1);
    expect(maxPlaintext('RSAES_OAEP_SHA_256', spec)).toBe(sha256);
  });
});

describe('RSA', () => {
  const { key } = cases[0] as (typeof cases)[number];
  const publicKey = createPublicKey(key);

  it.each([
    ['PKCS#1 v1.5', () => publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.alloc(32))],
    ['no padding', () => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, Buffer.alloc(256, 1))],
    ['the private half', () => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.alloc(32))],
    ['the other hash', () => encryptTo('RSAES_OAEP_SHA_1', publicKey, Buffer.alloc(32))],
  ])('refuses what was encrypted with %s', (_, encrypt) => {
    expect(decryptWith('RSAES_OAEP_SHA_256', key, encrypt())).toBeUndefined();
  });
});

describe('SM2', () => {
  const spec = keySpec('sm2') as KeySpecRow;
  const scalar = Buffer.from('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8', 'hex');
  const curve = spec.pair as Curve;
  const key = openKeyMaterial(spec, writeEcPrivateKey(curve, scalar, pointOf(curve, scalar) as Buffer));

  it('decrypts the example of GB/T 32918.5-2017 annex C', () => {
    const [x, y, hash, body] = [
      '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73',
      'e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0',
      '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766',
      '21886ca989ca9c7d58087307ca93092d651efa',
    ].map((hex) => Buffer.from(hex, 'hex')) as [Buffer, Buffer, Buffer, Buffer];
    const parts = [derInteger(x), derInteger(y), der(TAG.octetString, hash), der(TAG.octetString, body)];
    const ciphertext = encodeDer(der(TAG.sequence, ...parts));
    expect(decryptWith('SM2PKE', key, ciphertext)?.toString()).toBe('encryption standard');
    const nothing = der(TAG.octetString);
    const empty = encodeDer(der(TAG.sequence, ...parts.slice(0, 3), nothing));
    expect(decryptWith('SM2PKE', key, empty)).toBeUndefined();
  });
});

import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HAS_OPENSSL, openssl } from './openssl.fixture.ts';
import {
  keyOf,
  call,
  PLAINTEXT,
  INVALID_CIPHERTEXT,
  publicKeyOf,
  DRY_RUN,
  world,
  withOneWorld,
} from './public-key-use.fixture.ts';

withOneWorld();

/** Longest plaintexts by the API page of Encrypt. */
const LONGEST: readonly (readonly [string, string, number])[] = [
  ['RSA_2048', 'RSAES_OAEP_SHA_1', 214],
  ['RSA_2048', 'RSAES_OAEP_SHA_256', 190],
  ['RSA_3072', 'RSAES_OAEP_SHA_1', 342],
  ['RSA_3072', 'RSAES_OAEP_SHA_256', 318],
  ['RSA_4096', 'RSAES_OAEP_SHA_1', 470],
  ['RSA_4096', 'RSAES_OAEP_SHA_256', 446],
  ['SM2', 'SM2PKE', 1024],
];

describe.each(LONGEST)('Encrypt and Decrypt under %s with %s', (spec, EncryptionAlgorithm, longest) => {
  it(`take 1 to ${longest} bytes`, async () => {
    const { id: KeyId, arn } = await keyOf(spec);
    for (const length of [1, longest]) {
      const Plaintext = randomBytes(length);
      const { body } = await call('Encrypt', { KeyId, Plaintext, EncryptionAlgorithm });
      expect(body).toMatchObject({ KeyId: arn, EncryptionAlgorithm });
      const opened = await call('Decrypt', { KeyId, CiphertextBlob: body.CiphertextBlob, EncryptionAlgorithm });
      expect(opened.body).toEqual({ KeyId: arn, EncryptionAlgorithm, Plaintext: Plaintext.toString('base64') });
    }
    expect(await call('Encrypt', { KeyId, Plaintext: randomBytes(longest + 1), EncryptionAlgorithm })).toMatchObject({
      status: 400,
      type: 'ValidationException',
      text: `Algorithm ${EncryptionAlgorithm} and key spec ${spec} cannot encrypt data larger than ${longest} bytes.`,
    });
  });

  it('say one thing of whatever does not decrypt', async () => {
    const { id: KeyId } = await keyOf(spec);
    const { body } = await call('Encrypt', { KeyId, Plaintext: PLAINTEXT, EncryptionAlgorithm });
    const blob = Buffer.from(body.CiphertextBlob, 'base64');
    const damaged = Buffer.from(blob);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    for (const CiphertextBlob of [damaged, blob.subarray(1), Buffer.concat([blob, Buffer.alloc(1)]), Buffer.alloc(1)]) {
      expect(await call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm })).toMatchObject(INVALID_CIPHERTEXT);
    }
  });
});

describe('Encrypt and Decrypt under a public key', () => {
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
  const INCOMPATIBLE = (algorithm: string, spec: string) => ({
    status: 400,
    type: 'InvalidKeyUsageException',
    text: `Algorithm ${algorithm} is incompatible with key spec ${spec}.`,
  });

  it.runIf(HAS_OPENSSL).each([
    ['RSAES_OAEP_SHA_1', 'sha1'],
    ['RSAES_OAEP_SHA_256', 'sha256'],
  ])('open what the command line of OpenSSL encrypted by %s', async (algorithm, hash) => {
    const { id: KeyId } = await keyOf('RSA_2048');
    const key = Buffer.from((await publicKeyOf(KeyId)).export({ format: 'pem', type: 'spki' }));
    const options = `-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:${hash} -pkeyopt rsa_mgf1_md:${hash}`;
    const CiphertextBlob = openssl(`pkeyutl -encrypt -pubin -inkey key -in plain ${options}`, {
      key,
      plain: PLAINTEXT,
    });
    const { body } = await call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm: algorithm });
    expect(body.Plaintext).toBe(PLAINTEXT.toString('base64'));
  });

  it('want the algorithm said, since the default is that of symmetric keys', async () => {
    const { id: KeyId } = await keyOf('RSA_2048');
    const refusal = INCOMPATIBLE('SYMMETRIC_DEFAULT', 'RSA_2048');
    expect(await call('Encrypt', { KeyId, Plaintext: PLAINTEXT })).toMatchObject(refusal);
    const { body } = await call('Encrypt', { KeyId, Plaintext: PLAINTEXT, EncryptionAlgorithm });
    expect(await call('Decrypt', { KeyId, CiphertextBlob: body.CiphertextBlob })).toMatchObject(refusal);
    const sm2 = { KeyId, Plaintext: PLAINTEXT, EncryptionAlgorithm: 'SM2PKE' };
    expect(await call('Encrypt', sm2)).toMatchObject(INCOMPATIBLE('SM2PKE', 'RSA_2048'));
  });

  it('want the key said, since the ciphertext is bare', async () => {
    const { id: KeyId } = await keyOf('RSA_2048');
    const { body } = await call('Encrypt', { KeyId, Plaintext: PLAINTEXT, EncryptionAlgorithm });
    const { CiphertextBlob } = body;
    expect(await call('Decrypt', { CiphertextBlob, EncryptionAlgorithm })).toMatchObject({
      type: 'ValidationException',
      text: "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject(INVALID_CIPHERTEXT);
  });

  it('take no encryption context', async () => {
    const { id: KeyId } = await keyOf('RSA_2048');
    const asked = { KeyId, EncryptionAlgorithm, EncryptionContext: { a: 'b' } };
    const refusal = { status: 400, type: 'ValidationException', text: expect.stringContaining('context') as string };
    expect(await call('Encrypt', { ...asked, Plaintext: PLAINTEXT })).toMatchObject(refusal);
    expect(await call('Decrypt', { ...asked, CiphertextBlob: Buffer.alloc(256) })).toMatchObject(refusal);
    const empty = { ...asked, EncryptionContext: {}, Plaintext: PLAINTEXT };
    expect(await call('Encrypt', empty)).toMatchObject({ status: 200 });
  });

  it('tell a ciphertext of another key from a key of another usage', async () => {
    const symmetric = await keyOf('SYMMETRIC_DEFAULT');
    const { CiphertextBlob } = (await call('Encrypt', { KeyId: symmetric.id, Plaintext: PLAINTEXT })).body;
    const hmac = await keyOf('HMAC_256', 'GENERATE_VERIFY_MAC');
    const rsa = await keyOf('RSA_2048');
    for (const { id: KeyId } of [hmac, rsa]) {
      expect(await call('Decrypt', { KeyId, CiphertextBlob })).toMatchObject({
        status: 400,
        type: 'IncorrectKeyException',
        text: 'The key ID in the request does not identify a CMK that can perform this operation.',
      });
    }
    const sign = await keyOf('RSA_2048', 'SIGN_VERIFY');
    for (const operation of ['Encrypt', 'Decrypt'] as const) {
      const input = { KeyId: sign.id, EncryptionAlgorithm, Plaintext: PLAINTEXT, CiphertextBlob: Buffer.alloc(256) };
      const { Plaintext: _, ...decrypt } = input;
      const { CiphertextBlob: __, ...encrypt } = input;
      expect(await call(operation, operation === 'Encrypt' ? encrypt : decrypt)).toMatchObject({
        type: 'InvalidKeyUsageException',
        text: `${sign.arn} key usage is SIGN_VERIFY which is not valid for ${operation}.`,
      });
    }
  });

  it('check dry runs like others', async () => {
    const { id: KeyId } = await keyOf('RSA_2048');
    const asked = { KeyId, EncryptionAlgorithm, DryRun: true };
    expect(await call('Encrypt', { ...asked, Plaintext: PLAINTEXT })).toMatchObject(DRY_RUN);
    expect(await call('Encrypt', { ...asked, Plaintext: randomBytes(191) })).toMatchObject({
      type: 'ValidationException',
    });
    expect(await call('Decrypt', { ...asked, CiphertextBlob: Buffer.alloc(256) })).toMatchObject(INVALID_CIPHERTEXT);
    const ignored = { ...asked, DryRunModifiers: ['IGNORE_CIPHERTEXT'] };
    expect(await call('Decrypt', ignored)).toMatchObject(DRY_RUN);
  });

  it('are no ground for data keys', async () => {
    const { id: KeyId, arn } = await keyOf('RSA_2048');
    for (const [operation, size] of [
      ['GenerateDataKey', { KeySpec: 'AES_256' }],
      ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
      ['GenerateDataKeyPair', { KeyPairSpec: 'ECC_NIST_P256' }],
      ['GenerateDataKeyPairWithoutPlaintext', { KeyPairSpec: 'ECC_NIST_P256' }],
    ] as const) {
      expect(await call(operation, { KeyId, ...size })).toMatchObject({
        type: 'InvalidKeyUsageException',
        text: `${arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
      });
    }
  });
});

describe('ReEncrypt', () => {
  it('goes from a public key to a symmetric one and back', async () => {
    const rsa = await keyOf('RSA_2048');
    const symmetric = await keyOf('SYMMETRIC_DEFAULT');
    const key = await publicKeyOf(rsa.id);
    const oaepHash = 'sha1';
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const inward = await call('ReEncrypt', {
      CiphertextBlob: publicEncrypt({ key, oaepHash, padding }, PLAINTEXT),
      SourceKeyId: rsa.id,
      SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      DestinationKeyId: symmetric.id,
      DestinationEncryptionContext: { a: '1' },
    });
    expect(inward.body).toEqual({
      CiphertextBlob: inward.body.CiphertextBlob,
      SourceKeyId: rsa.arn,
      KeyId: symmetric.arn,
      SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const outward = await call('ReEncrypt', {
      CiphertextBlob: inward.body.CiphertextBlob,
      SourceEncryptionContext: { a: '1' },
      DestinationKeyId: rsa.id,
      DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    });
    expect(outward.body).not.toHaveProperty('DestinationKeyMaterialId');
    expect(outward.body.SourceKeyMaterialId).toBe(inward.body.DestinationKeyMaterialId);
    const opened = await call('Decrypt', {
      KeyId: rsa.id,
      CiphertextBlob: outward.body.CiphertextBlob,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    });
    expect(opened.body.Plaintext).toBe(PLAINTEXT.toString('base64'));
  });

  it('says in its entries by which algorithms', async () => {
    const rsa = await keyOf('RSA_2048');
    const symmetric = await keyOf('SYMMETRIC_DEFAULT');
    const { CiphertextBlob } = (await call('Encrypt', { KeyId: symmetric.id, Plaintext: PLAINTEXT })).body;
    const to = { DestinationKeyId: rsa.id, DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
    const before = world.store.entries().length;
    expect(await call('ReEncrypt', { CiphertextBlob, ...to })).toMatchObject({ status: 200 });
    const told = world.store
      .entries()
      .slice(before)
      .map(({ details }) => details.toString('utf8'));
    expect(told).toHaveLength(2);
    for (const details of told) {
      expect(details).toContain('"destinationEncryptionAlgorithm":"RSAES_OAEP_SHA_256"');
      expect(details).toContain('"sourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT"');
      expect(details).not.toContain(PLAINTEXT.toString('base64'));
    }
  });

  it('refuses what does not fit under the new key', async () => {
    const rsa = await keyOf('RSA_2048');
    const symmetric = await keyOf('SYMMETRIC_DEFAULT');
    const { CiphertextBlob } = (await call('Encrypt', { KeyId: symmetric.id, Plaintext: randomBytes(191) })).body;
    const to = { DestinationKeyId: rsa.id, DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
    const tooLong = { type: 'ValidationException', text: expect.stringContaining('190 bytes') as string };
    expect(await call('ReEncrypt', { CiphertextBlob, ...to })).toMatchObject(tooLong);
    expect(await call('ReEncrypt', { CiphertextBlob, ...to, DryRun: true })).toMatchObject(tooLong);
    const context = { CiphertextBlob, ...to, DestinationEncryptionContext: { a: 'b' } };
    expect(await call('ReEncrypt', context)).toMatchObject({ type: 'ValidationException' });
  });
});

import {
  constants,
  createPrivateKey,
  createPublicKey,
  decapsulate as decapsulateAlone,
  diffieHellman,
  encapsulate as encapsulateAlone,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { DATA_KEY_PAIR_SPECS } from '../../../crypto/key-pair.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { HAS_OPENSSL, openssl } from './openssl.fixture.ts';

let world: World;
let one: Account;

beforeAll(async () => {
  world = new World();
  one = await world.account();
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const PLAINTEXT = Buffer.from('a data key, say');
const DRY_RUN = { status: 400, type: 'DryRunOperationException' };
const INVALID_CIPHERTEXT = { status: 400, type: 'InvalidCiphertextException', text: undefined };

interface Made {
  readonly id: string;
  readonly arn: string;
}
const made = new Map<string, Promise<Made>>();

/** One key of each kind serves all tests here. */
function keyOf(KeySpec: string, KeyUsage = 'ENCRYPT_DECRYPT'): Promise<Made> {
  const name = `${KeySpec} ${KeyUsage}`;
  const known = made.get(name) ?? makeKey(KeySpec, KeyUsage);
  made.set(name, known);
  return known;
}

async function makeKey(KeySpec: string, KeyUsage: string): Promise<Made> {
  const { KeyMetadata } = (await call('CreateKey', { KeySpec, KeyUsage })).body;
  return { id: KeyMetadata.KeyId, arn: KeyMetadata.Arn };
}

async function publicKeyOf(KeyId: string) {
  const { body } = await call('GetPublicKey', { KeyId });
  return createPublicKey({ key: Buffer.from(body.PublicKey, 'base64'), format: 'der', type: 'spki' });
}

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

describe('MACs', () => {
  it.each([224, 256, 384, 512])('of HMAC_%i are whole, and no other is taken', async (bits) => {
    const { id: KeyId, arn } = await keyOf(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC');
    const asked = { KeyId, Message: PLAINTEXT, MacAlgorithm: `HMAC_SHA_${bits}` };
    const { body } = await call('GenerateMac', asked);
    expect(body).toMatchObject({ KeyId: arn, MacAlgorithm: asked.MacAlgorithm });
    const Mac = Buffer.from(body.Mac, 'base64');
    expect(Mac).toHaveLength(bits / 8);
    expect((await call('VerifyMac', { ...asked, Mac })).body).toEqual({
      KeyId: arn,
      MacValid: true,
      MacAlgorithm: asked.MacAlgorithm,
    });
    const invalid = { status: 400, type: 'KMSInvalidMacException', text: undefined };
    const damaged = Buffer.from(Mac);
    damaged.writeUInt8(damaged.readUInt8(0) ^ 1, 0);
    for (const wrong of [damaged, Mac.subarray(0, 16), Buffer.concat([Mac, Buffer.alloc(1)])]) {
      expect(await call('VerifyMac', { ...asked, Mac: wrong })).toMatchObject(invalid);
    }
    const other = bits === 256 ? 'HMAC_SHA_512' : 'HMAC_SHA_256';
    expect(await call('GenerateMac', { ...asked, MacAlgorithm: other })).toMatchObject({
      type: 'InvalidKeyUsageException',
      text: `Algorithm ${other} is incompatible with key spec HMAC_${bits}.`,
    });
    expect(await call('GenerateMac', { ...asked, DryRun: true })).toMatchObject(DRY_RUN);
    expect(await call('VerifyMac', { ...asked, Mac, DryRun: true })).toMatchObject(DRY_RUN);
    expect(await call('VerifyMac', { ...asked, Mac: damaged, DryRun: true })).toMatchObject(invalid);
  });
});

describe('DeriveSharedSecret', () => {
  const asked = { KeyAgreementAlgorithm: 'ECDH' };
  const NONSENSE = { status: 400, type: 'ValidationException', text: undefined };

  it.each([
    ['ECC_NIST_P256', 'P-256'],
    ['ECC_NIST_P384', 'P-384'],
    ['ECC_NIST_P521', 'P-521'],
  ])('of %s gives what the other side has', async (spec, namedCurve) => {
    const { id: KeyId, arn } = await keyOf(spec, 'KEY_AGREEMENT');
    const own = generateKeyPairSync('ec', { namedCurve });
    const PublicKey = own.publicKey.export({ format: 'der', type: 'spki' });
    const { body } = await call('DeriveSharedSecret', { KeyId, ...asked, PublicKey });
    const secret = diffieHellman({ privateKey: own.privateKey, publicKey: await publicKeyOf(KeyId) });
    expect(body).toEqual({
      KeyId: arn,
      SharedSecret: secret.toString('base64'),
      KeyAgreementAlgorithm: 'ECDH',
      KeyOrigin: 'AWS_KMS',
    });
    const dry = await call('DeriveSharedSecret', { KeyId, ...asked, PublicKey, DryRun: true });
    expect(dry).toMatchObject(DRY_RUN);
    expect(dry.body).not.toHaveProperty('SharedSecret');
  });

  it('of SM2 gives both sides the same', async () => {
    const keys = [await makeKey('SM2', 'KEY_AGREEMENT'), await makeKey('SM2', 'KEY_AGREEMENT')] as const;
    const derive = async (own: Made, peer: Made) => {
      const { PublicKey } = (await call('GetPublicKey', { KeyId: peer.id })).body;
      return (await call('DeriveSharedSecret', { KeyId: own.id, ...asked, PublicKey })).body.SharedSecret;
    };
    const secret = await derive(keys[0], keys[1]);
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(await derive(keys[1], keys[0])).toBe(secret);
  });

  it.each<[string, () => Buffer]>([
    ['random bytes', () => randomBytes(91)],
    [
      'a point of another curve',
      () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'der', type: 'spki' }),
    ],
    [
      'an RSA key',
      () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'der', type: 'spki' }),
    ],
    [
      'a curve described by its parameters',
      () =>
        generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).publicKey.export({
          format: 'der',
          type: 'spki',
        }),
    ],
    [
      'a point off the curve',
      () => {
        const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
          format: 'der',
          type: 'spki',
        });
        spki.writeUInt8(spki.readUInt8(spki.length - 1) ^ 1, spki.length - 1);
        return spki;
      },
    ],
  ])('refuses %s without a word', async (_, publicKey) => {
    const { id: KeyId } = await keyOf('ECC_NIST_P256', 'KEY_AGREEMENT');
    const PublicKey = publicKey();
    expect(await call('DeriveSharedSecret', { KeyId, ...asked, PublicKey })).toMatchObject(NONSENSE);
    expect(await call('DeriveSharedSecret', { KeyId, ...asked, PublicKey, DryRun: true })).toMatchObject(NONSENSE);
  });

  it('is not for keys that sign', async () => {
    const { id: KeyId, arn } = await keyOf('ECC_NIST_P256', 'SIGN_VERIFY');
    const PublicKey = (await publicKeyOf(KeyId)).export({ format: 'der', type: 'spki' });
    expect(await call('DeriveSharedSecret', { KeyId, ...asked, PublicKey })).toMatchObject({
      type: 'InvalidKeyUsageException',
      text: `${arn} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret.`,
    });
  });
});

describe('Encapsulate and Decapsulate', () => {
  it.each([
    ['ML_KEM_512', 768],
    ['ML_KEM_768', 1088],
    ['ML_KEM_1024', 1568],
  ])('of %s work with a peer outside', async (spec, length) => {
    const { id: KeyId, arn } = await keyOf(spec, 'ENCAPSULATE_DECAPSULATE');
    const asked = { KeyId, EncapsulationAlgorithm: 'ML_KEM' };
    const { body } = await call('Encapsulate', asked);
    expect(body).toMatchObject({ KeyId: arn, EncapsulationAlgorithm: 'ML_KEM' });
    const blob = Buffer.from(body.SharedSecretCiphertextBlob, 'base64');
    expect([blob.length, Buffer.from(body.SharedSecret, 'base64').length]).toEqual([length, 32]);
    const opened = await call('Decapsulate', { ...asked, SharedSecretCiphertextBlob: blob });
    expect(opened.body).toEqual({ KeyId: arn, SharedSecret: body.SharedSecret, EncapsulationAlgorithm: 'ML_KEM' });

    const { sharedKey, ciphertext } = encapsulateAlone(await publicKeyOf(KeyId));
    const outside = await call('Decapsulate', { ...asked, SharedSecretCiphertextBlob: ciphertext });
    expect(outside.body.SharedSecret).toBe(Buffer.from(sharedKey).toString('base64'));
    // FIPS 203: a ciphertext of nobody gives a secret of nobody, the same each time.
    const nobody = randomBytes(length);
    const [first, second] = [
      await call('Decapsulate', { ...asked, SharedSecretCiphertextBlob: nobody }),
      await call('Decapsulate', { ...asked, SharedSecretCiphertextBlob: nobody }),
    ];
    expect(first).toMatchObject({ status: 200, body: { SharedSecret: second.body.SharedSecret } });
    for (const wrong of [nobody.subarray(1), Buffer.concat([nobody, Buffer.alloc(1)])]) {
      const answer = await call('Decapsulate', { ...asked, SharedSecretCiphertextBlob: wrong });
      expect(answer).toMatchObject(INVALID_CIPHERTEXT);
    }
    for (const [operation, input] of [
      ['Encapsulate', asked],
      ['Decapsulate', { ...asked, SharedSecretCiphertextBlob: blob }],
    ] as const) {
      const answer = await call(operation, { ...input, DryRun: true });
      expect(answer).toMatchObject(DRY_RUN);
      expect(answer.body).not.toHaveProperty('SharedSecret');
    }
  });
});

describe('data key pairs', () => {
  it.each([...DATA_KEY_PAIR_SPECS.keys()])('of %s belong together and open again', async (KeyPairSpec) => {
    const { id: KeyId, arn } = await keyOf('SYMMETRIC_DEFAULT');
    const EncryptionContext = { for: KeyPairSpec };
    const { body } = await call('GenerateDataKeyPair', { KeyId, KeyPairSpec, EncryptionContext });
    expect(body).toMatchObject({ KeyId: arn, KeyPairSpec, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const der = Buffer.from(body.PrivateKeyPlaintext, 'base64');
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    expect(body.PublicKey).toBe(spki.toString('base64'));
    const CiphertextBlob = body.PrivateKeyCiphertextBlob;
    const opened = await call('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened.body).toMatchObject({ Plaintext: body.PrivateKeyPlaintext, KeyMaterialId: body.KeyMaterialId });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject(INVALID_CIPHERTEXT);
  });

  it('of ML-KEM are written as seeds, all of one length', async () => {
    const { id: KeyId } = await keyOf('SYMMETRIC_DEFAULT');
    const lengths = new Set<number>();
    for (const KeyPairSpec of ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024']) {
      const { body } = await call('GenerateDataKeyPair', { KeyId, KeyPairSpec });
      const der = Buffer.from(body.PrivateKeyPlaintext, 'base64');
      lengths.add(der.length);
      const publicKey = createPublicKey({ key: Buffer.from(body.PublicKey, 'base64'), format: 'der', type: 'spki' });
      const { sharedKey, ciphertext } = encapsulateAlone(publicKey);
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      expect(Buffer.from(decapsulateAlone(privateKey, ciphertext))).toEqual(Buffer.from(sharedKey));
    }
    expect(lengths).toEqual(new Set([86]));
  });

  it('are made for nobody in a dry run, and without their private half where that is asked for', async () => {
    const { id: KeyId } = await keyOf('SYMMETRIC_DEFAULT');
    const asked = { KeyId, KeyPairSpec: 'ECC_NIST_P256' };
    for (const operation of ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'] as const) {
      const answer = await call(operation, { ...asked, DryRun: true });
      expect(answer).toMatchObject(DRY_RUN);
      expect(Object.keys(answer.body)).toEqual(['__type', 'message']);
    }
    const { body } = await call('GenerateDataKeyPairWithoutPlaintext', asked);
    expect(Object.keys(body).toSorted()).toEqual([
      'KeyId',
      'KeyMaterialId',
      'KeyPairSpec',
      'PrivateKeyCiphertextBlob',
      'PublicKey',
    ]);
  });
});

describe('GetPublicKey', () => {
  it.each([
    ['RSA_2048', 'ENCRYPT_DECRYPT', { EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] }],
    ['ECC_NIST_P384', 'SIGN_VERIFY', { SigningAlgorithms: ['ECDSA_SHA_384'] }],
    ['ECC_NIST_P384', 'KEY_AGREEMENT', { KeyAgreementAlgorithms: ['ECDH'] }],
    ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE', { EncapsulationAlgorithms: ['ML_KEM'] }],
  ])('of %s for %s names its algorithms', async (spec, usage, algorithms) => {
    const { id: KeyId, arn } = await keyOf(spec, usage);
    const { body } = await call('GetPublicKey', { KeyId });
    expect(body).toEqual({
      KeyId: arn,
      PublicKey: body.PublicKey,
      KeySpec: spec,
      CustomerMasterKeySpec: spec,
      KeyUsage: usage,
      ...algorithms,
    });
    const { KeyMetadata } = (await call('DescribeKey', { KeyId })).body;
    expect(KeyMetadata).toMatchObject({ KeySpec: spec, KeyUsage: usage, ...algorithms });
    expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
  });

  it.each([
    ['SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'],
    ['HMAC_256', 'GENERATE_VERIFY_MAC'],
  ])('of %s is refused without a word', async (spec, usage) => {
    const { id: KeyId } = await keyOf(spec, usage);
    expect(await call('GetPublicKey', { KeyId })).toMatchObject({
      status: 400,
      type: 'UnsupportedOperationException',
      text: undefined,
    });
  });
});

describe('keys that have one material for ever', () => {
  it.each([
    ['RSA_2048', 'ENCRYPT_DECRYPT'],
    ['HMAC_256', 'GENERATE_VERIFY_MAC'],
    ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE'],
  ])('are not rotated: %s', async (spec, usage) => {
    const { id: KeyId } = await keyOf(spec, usage);
    const refusal = { status: 400, type: 'UnsupportedOperationException' };
    for (const operation of [
      'EnableKeyRotation',
      'DisableKeyRotation',
      'GetKeyRotationStatus',
      'RotateKeyOnDemand',
      'ListKeyRotations',
    ] as const) {
      expect(await call(operation, { KeyId })).toMatchObject(refusal);
    }
  });
});

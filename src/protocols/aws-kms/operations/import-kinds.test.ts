import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, wrapForImport, wrappingPair } from '../../../keys/key-space.fixture.ts';
import type { WrappingAlgorithmName } from '../../../crypto/import-wrapping.ts';
import { encryptTo } from '../../../crypto/public-key-encryption.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { HAS_OPENSSL, openssl, opensslAccepts } from './openssl.fixture.ts';

let world: World;
let one: Account;

beforeEach(async () => {
  world = new World();
  one = await world.account();
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const KEPT = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
const MESSAGE = Buffer.from('what is to be signed');

/** A key that waits for material. */
async function waiting(KeySpec: string, KeyUsage: string): Promise<string> {
  return (await call('CreateKey', { KeySpec, KeyUsage, Origin: 'EXTERNAL' })).body.KeyMetadata.KeyId;
}

/** Brings material to a key, wrapped by `wrap`, which is the runtime's own way unless a test has another. */
async function bring(
  KeyId: string,
  material: Buffer,
  more: object = KEPT,
  WrappingAlgorithm: WrappingAlgorithmName = 'RSA_AES_KEY_WRAP_SHA_256',
  wrap: (material: Buffer) => Buffer = (plain) => wrapForImport(WrappingAlgorithm, wrappingPair().publicKey, plain),
) {
  const asked = { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' };
  const { ImportToken } = (await call('GetParametersForImport', asked)).body;
  return call('ImportKeyMaterial', { KeyId, ImportToken, EncryptedKeyMaterial: wrap(material), ...more });
}

const pkcs8 = (pem: Buffer) => createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
const publicPem = (der: Buffer) =>
  Buffer.from(
    createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
      format: 'pem',
      type: 'spki',
    }),
  );

/** As the documentation of AWS has people do it, with the command line of OpenSSL and nothing else. */
function wrapByCommandLine(mgf1: 'sha256' | 'sha1'): (material: Buffer) => Buffer {
  return (material) => {
    const aes = randomBytes(32);
    const wrapping = wrappingPair().publicKey.export({ format: 'der', type: 'spki' });
    const oaep = `-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:${mgf1}`;
    const first = openssl(`pkeyutl -encrypt -in aes -inkey wrapping -keyform DER -pubin ${oaep}`, { aes, wrapping });
    const wrap = `enc -id-aes256-wrap-pad -K ${aes.toString('hex')} -iv A65959A6 -in material -out out`;
    return Buffer.concat([first, openssl(wrap, { material })]);
  };
}

describe.runIf(HAS_OPENSSL)('material made and wrapped by the command line of OpenSSL', () => {
  const RSA = 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048';
  const EC = 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve';

  it.each([
    ['RSA_2048', RSA, 'RSASSA_PSS_SHA_256', '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest '],
    ['ECC_NIST_P256', `${EC}:P-256`, 'ECDSA_SHA_256', ''],
    ['ECC_NIST_P384', `${EC}:P-384`, 'ECDSA_SHA_384', ''],
    ['ECC_NIST_P521', `${EC}:P-521`, 'ECDSA_SHA_512', ''],
    ['ECC_SECG_P256K1', `${EC}:secp256k1`, 'ECDSA_SHA_256', ''],
  ])('%s signs as its owner would', async (spec, generate, SigningAlgorithm, options) => {
    const KeyId = await waiting(spec, 'SIGN_VERIFY');
    const material = pkcs8(openssl(generate));
    expect(await bring(KeyId, material, KEPT, undefined, wrapByCommandLine('sha256'))).toMatchObject({ status: 200 });
    const { Signature } = (await call('Sign', { KeyId, SigningAlgorithm, Message: MESSAGE })).body;
    const files = { key: publicPem(material), message: MESSAGE, signature: Buffer.from(Signature, 'base64') };
    const bits = SigningAlgorithm.slice(-3);
    expect(opensslAccepts(`dgst -sha${bits} ${options}-verify key -signature signature message`, files)).toBe(true);
  });

  it('Ed25519 signs as its owner would', async () => {
    const KeyId = await waiting('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY');
    const material = pkcs8(openssl('genpkey -algorithm ED25519'));
    // Java clients say SHA-256 for OAEP and leave MGF1 at SHA-1.
    expect(await bring(KeyId, material, KEPT, undefined, wrapByCommandLine('sha1'))).toMatchObject({ status: 200 });
    const { Signature } = (await call('Sign', { KeyId, SigningAlgorithm: 'ED25519_SHA_512', Message: MESSAGE })).body;
    const files = { key: publicPem(material), message: MESSAGE, signature: Buffer.from(Signature, 'base64') };
    expect(opensslAccepts('pkeyutl -verify -pubin -inkey key -rawin -in message -sigfile signature', files)).toBe(true);
  });

  it('RSA decrypts what was encrypted to its public key', async () => {
    const KeyId = await waiting('RSA_2048', 'ENCRYPT_DECRYPT');
    const material = pkcs8(openssl(RSA));
    await bring(KeyId, material, KEPT, undefined, wrapByCommandLine('sha1'));
    const oaep = '-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256';
    const files = { key: publicPem(material), message: MESSAGE };
    const CiphertextBlob = openssl(`pkeyutl -encrypt -pubin -inkey key -in message ${oaep}`, files);
    const { body } = await call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' });
    expect(body.Plaintext).toBe(MESSAGE.toString('base64'));
  });

  it.each(['P-256', 'P-384', 'P-521'])('%s agrees on the secret of its owner', async (curve) => {
    const KeyId = await waiting(`ECC_NIST_${curve.replace('-', '')}`, 'KEY_AGREEMENT');
    const material = pkcs8(openssl(`${EC}:${curve}`));
    await bring(KeyId, material, KEPT, undefined, wrapByCommandLine('sha256'));
    const peer = openssl(`${EC}:${curve}`);
    const PublicKey = createPublicKey(peer).export({ format: 'der', type: 'spki' });
    const { body } = await call('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey });
    const secret = openssl('pkeyutl -derive -inkey peer -peerkey key', { peer, key: publicPem(material) });
    expect(body.SharedSecret).toBe(secret.toString('base64'));
    expect(body.KeyOrigin).toBe('EXTERNAL');
  });

  it.each([224, 256, 384, 512])('HMAC_%i makes the MAC of its owner', async (bits) => {
    const KeyId = await waiting(`HMAC_${bits}`, 'GENERATE_VERIFY_MAC');
    const material = randomBytes(bits / 8);
    const wrapping = wrappingPair().publicKey.export({ format: 'der', type: 'spki' });
    const oaep = '-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1';
    await bring(KeyId, material, KEPT, 'RSAES_OAEP_SHA_256', (plain) =>
      openssl(`pkeyutl -encrypt -in plain -inkey wrapping -keyform DER -pubin ${oaep}`, { plain, wrapping }),
    );
    const asked = { KeyId, Message: MESSAGE, MacAlgorithm: `HMAC_SHA_${bits}` };
    const { Mac } = (await call('GenerateMac', asked)).body;
    const mac = openssl(`dgst -sha${bits} -mac HMAC -macopt hexkey:${material.toString('hex')} -binary message`, {
      message: MESSAGE,
    });
    expect(Mac).toBe(mac.toString('base64'));
    expect((await call('VerifyMac', { ...asked, Mac })).body).toMatchObject({ MacValid: true });
  });
});

describe('material of the newer kinds', () => {
  it.each(['44', '65', '87'] as const)('ML-DSA-%s is taken and its signatures verify outside', async (level) => {
    const pair = generateKeyPairSync(`ml-dsa-${level}`);
    const KeyId = await waiting(`ML_DSA_${level}`, 'SIGN_VERIFY');
    const material = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
    expect(await bring(KeyId, material)).toMatchObject({ status: 200 });
    const { body } = await call('GetPublicKey', { KeyId });
    expect(body.PublicKey).toBe(pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
    const asked = { KeyId, SigningAlgorithm: 'ML_DSA_SHAKE_256', Message: MESSAGE };
    const { Signature } = (await call('Sign', asked)).body;
    expect(await call('Verify', { ...asked, Signature })).toMatchObject({ status: 200 });
  });

  it.each(['512', '768', '1024'] as const)('ML-KEM-%s is taken', async (level) => {
    const pair = generateKeyPairSync(`ml-kem-${level}`);
    const KeyId = await waiting(`ML_KEM_${level}`, 'ENCAPSULATE_DECAPSULATE');
    const material = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
    expect(await bring(KeyId, material)).toMatchObject({ status: 200 });
    const { body } = await call('GetPublicKey', { KeyId });
    expect(body.PublicKey).toBe(pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
  });
});

describe('what is not material of the key', () => {
  const p256 = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' });
  const refused: [string, string, string, () => Buffer][] = [
    ['another curve', 'ECC_NIST_P384', 'SIGN_VERIFY', p256],
    [
      'another size',
      'RSA_3072',
      'SIGN_VERIFY',
      () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'der', type: 'pkcs8' }),
    ],
    ['another family', 'RSA_2048', 'SIGN_VERIFY', p256],
    ['something behind the key', 'ECC_NIST_P256', 'SIGN_VERIFY', () => Buffer.concat([p256(), Buffer.alloc(1)])],
    [
      'a key in SEC 1 form',
      'ECC_NIST_P256',
      'SIGN_VERIFY',
      () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'sec1' }),
    ],
    ['random bytes', 'ECC_NIST_P256', 'SIGN_VERIFY', () => randomBytes(138)],
    ['a shorter secret', 'HMAC_512', 'GENERATE_VERIFY_MAC', () => randomBytes(63)],
  ];

  it.each(refused)('%s is refused', async (_, spec, usage, material) => {
    const KeyId = await waiting(spec, usage);
    const answer = await bring(KeyId, material());
    expect(answer).toMatchObject({ status: 400, type: 'IncorrectKeyMaterialException' });
    expect(answer.text).toMatch(spec === 'HMAC_512' ? /64 bytes/ : new RegExp(spec));
    expect((await call('DescribeKey', { KeyId })).body.KeyMetadata).toMatchObject({ KeyState: 'PendingImport' });
  });
});

describe('wrapping', () => {
  const parameters = async (spec: string, WrappingAlgorithm: string, WrappingKeySpec: string) =>
    call('GetParametersForImport', { KeyId: await waiting(spec, 'SIGN_VERIFY'), WrappingAlgorithm, WrappingKeySpec });

  it.each([
    ['RSA_2048', 'RSAES_OAEP_SHA_256', 'RSA_4096', false],
    ['RSA_2048', 'RSAES_OAEP_SHA_1', 'RSA_2048', false],
    ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_2048', true],
    ['ECC_NIST_P521', 'RSAES_OAEP_SHA_256', 'RSA_2048', false],
    ['ECC_NIST_P521', 'RSAES_OAEP_SHA_1', 'RSA_2048', false],
    ['ECC_NIST_P521', 'RSAES_OAEP_SHA_256', 'RSA_3072', true],
    ['ECC_NIST_P384', 'RSAES_OAEP_SHA_256', 'RSA_2048', true],
  ])('of %s by %s under %s: %s', async (spec, algorithm, key, fits) => {
    const answer = await parameters(spec, algorithm, key);
    const refusal = {
      type: 'ValidationException',
      text: expect.stringContaining('RSA_AES_KEY_WRAP_SHA_256') as string,
    };
    expect(answer).toMatchObject(fits ? { status: 200 } : { status: 400, ...refusal });
  });

  it('by SM2 takes secrets and pairs', async () => {
    const brought: [string, string, Buffer][] = [
      ['HMAC_512', 'GENERATE_VERIFY_MAC', randomBytes(64)],
      [
        'SM2',
        'SIGN_VERIFY',
        generateKeyPairSync('ec', { namedCurve: 'SM2' }).privateKey.export({ format: 'der', type: 'pkcs8' }),
      ],
    ];
    for (const [spec, usage, material] of brought) {
      const KeyId = await waiting(spec, usage);
      const asked = { KeyId, WrappingAlgorithm: 'SM2PKE', WrappingKeySpec: 'SM2' };
      const { body } = await call('GetParametersForImport', asked);
      const der = Buffer.from(body.PublicKey, 'base64');
      const wrapping = createPublicKey({ key: der, format: 'der', type: 'spki' });
      const input = {
        KeyId,
        ImportToken: body.ImportToken,
        EncryptedKeyMaterial: encryptTo('SM2PKE', wrapping, material),
      };
      expect(await call('ImportKeyMaterial', { ...input, ...KEPT })).toMatchObject({ status: 200 });
      expect((await call('DescribeKey', { KeyId })).body.KeyMetadata).toMatchObject({ KeyState: 'Enabled' });
    }
  });

  it('by PKCS#1 v1.5 is refused', async () => {
    const answer = await parameters('ECC_NIST_P256', 'RSAES_PKCS1_V1_5', 'RSA_2048');
    expect(answer).toMatchObject({ status: 400, type: 'UnsupportedOperationException' });
  });
});

describe('a key that is no symmetric one', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const material = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' });

  it('keeps its material for ever', async () => {
    const KeyId = await waiting('ECC_NIST_P256', 'SIGN_VERIFY');
    const first = await bring(KeyId, material, { ...KEPT, KeyMaterialDescription: 'mine' });
    expect(first).toMatchObject({ status: 200 });
    for (const more of [KEPT, { ...KEPT, ImportType: 'NEW_KEY_MATERIAL' }]) {
      const answer = await bring(KeyId, other, more);
      expect(answer).toMatchObject({ status: 400, type: 'IncorrectKeyMaterialException' });
      expect(answer.text).toContain('keeps its material for ever');
    }
    const again = await bring(KeyId, material);
    expect(again.body.KeyMaterialId).toBe(first.body.KeyMaterialId);
    const { KeyMetadata } = (await call('DescribeKey', { KeyId })).body;
    expect(KeyMetadata).toMatchObject({ KeyState: 'Enabled', Origin: 'EXTERNAL', ...KEPT });
    expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
  });

  it('knows its material in any encoding', async () => {
    const KeyId = await waiting('ECC_NIST_P256', 'SIGN_VERIFY');
    const first = await bring(KeyId, material);
    // RFC 5915 section 3: the public key in it is optional.
    const compact = shortPkcs8(material);
    expect((await bring(KeyId, compact)).body.KeyMaterialId).toBe(first.body.KeyMaterialId);
  });

  it('comes back with its material after deletion and expiry', async () => {
    const KeyId = await waiting('ECC_NIST_P256', 'SIGN_VERIFY');
    await bring(KeyId, material, { ValidTo: (world.clock() + DAY) / 1000 });
    const asked = { KeyId, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = (await call('Sign', asked)).body;
    world.clock.set(world.clock() + DAY);
    const pending = { status: 400, type: 'KMSInvalidStateException' };
    expect(await call('Sign', asked)).toMatchObject(pending);
    expect(await call('Verify', { ...asked, Signature })).toMatchObject(pending);
    expect(await call('GetPublicKey', { KeyId })).toMatchObject(pending);
    await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    expect(await bring(KeyId, material)).toMatchObject({ status: 200 });
    expect(await call('Verify', { ...asked, Signature })).toMatchObject({ status: 200 });
    expect(await call('DeleteImportedKeyMaterial', { KeyId })).toMatchObject({ status: 200 });
    expect(await call('Verify', { ...asked, Signature })).toMatchObject(pending);
    expect(await bring(KeyId, material)).toMatchObject({ status: 200 });
    expect(await call('Verify', { ...asked, Signature })).toMatchObject({ status: 200 });
  });
});

/** The same EC key without its optional public half. */
function shortPkcs8(material: Buffer): Buffer {
  const { d } = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const scalar = Buffer.from(d as string, 'base64url');
  const head = Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex');
  return Buffer.concat([head, scalar]);
}

describe('one material has one usage', () => {
  const curve = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' });
  const refusal = { status: 400, type: 'IncorrectKeyMaterialException' };

  it('in an account: a signing key is no key for agreement, an HMAC key no symmetric key', async () => {
    const material = curve();
    expect(await bring(await waiting('ECC_NIST_P256', 'SIGN_VERIFY'), material)).toMatchObject({ status: 200 });
    const agreement = await waiting('ECC_NIST_P256', 'KEY_AGREEMENT');
    const answer = await bring(agreement, material);
    expect(answer).toMatchObject(refusal);
    expect(answer.text).toContain('key usage SIGN_VERIFY');
    expect((await call('DescribeKey', { KeyId: agreement })).body.KeyMetadata.KeyState).toBe('PendingImport');

    const secret = randomBytes(32);
    expect(await bring(await waiting('HMAC_256', 'GENERATE_VERIFY_MAC'), secret)).toMatchObject({ status: 200 });
    expect(await bring(await waiting('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'), secret)).toMatchObject(refusal);
  });

  it('and may be in several keys of that usage, and in another account for another', async () => {
    const material = curve();
    for (let i = 0; i < 3; i++) {
      expect(await bring(await waiting('ECC_NIST_P256', 'SIGN_VERIFY'), material)).toMatchObject({ status: 200 });
    }
    one = await world.account('two');
    expect(await bring(await waiting('ECC_NIST_P256', 'KEY_AGREEMENT'), material)).toMatchObject({ status: 200 });
  });

  it('until all keys that had it are destroyed; deleted material counts', async () => {
    const material = curve();
    const signing = [await waiting('ECC_NIST_P256', 'SIGN_VERIFY'), await waiting('ECC_NIST_P256', 'SIGN_VERIFY')];
    for (const KeyId of signing) {
      await bring(KeyId, material);
      await call('DeleteImportedKeyMaterial', { KeyId });
    }
    const agreement = await waiting('ECC_NIST_P256', 'KEY_AGREEMENT');
    for (const KeyId of signing) {
      expect(await bring(agreement, material)).toMatchObject(refusal);
      await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      world.clock.set(world.clock() + 7 * DAY);
      await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    }
    expect(await bring(agreement, material)).toMatchObject({ status: 200 });
    expect(await bring(await waiting('ECC_NIST_P256', 'SIGN_VERIFY'), material)).toMatchObject(refusal);
  });

  it('in each region of a multi-Region key: the last of them gives it up', async () => {
    const WEST = 'eu-west-1';
    await world.region(one.tenant, WEST);
    const material = curve();
    const kind = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL', MultiRegion: true };
    const { KeyId } = (await call('CreateKey', kind)).body.KeyMetadata;
    expect(await bring(KeyId, material)).toMatchObject({ status: 200 });
    expect(await call('ReplicateKey', { KeyId, ReplicaRegion: WEST })).toMatchObject({ status: 200 });
    const west = { region: WEST };
    const asked = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' };
    const { ImportToken } = (await world.call(one.admin, 'GetParametersForImport', asked, west)).body;
    const EncryptedKeyMaterial = wrapForImport('RSAES_OAEP_SHA_256', wrappingPair().publicKey, material);
    const input = { KeyId, ImportToken, EncryptedKeyMaterial, ...KEPT };
    expect(await world.call(one.admin, 'ImportKeyMaterial', input, west)).toMatchObject({ status: 200 });

    const agreement = await waiting('ECC_NIST_P256', 'KEY_AGREEMENT');
    const week = { KeyId, PendingWindowInDays: 7 };
    await world.call(one.admin, 'ScheduleKeyDeletion', week, west);
    await call('ScheduleKeyDeletion', week);
    for (const after of [refusal, { status: 200 }]) {
      world.clock.set(world.clock() + 7 * DAY);
      await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
      expect(await bring(agreement, material)).toMatchObject(after);
    }
  });

  it('also when two imports race', async () => {
    const material = curve();
    const keys = [await waiting('ECC_NIST_P256', 'SIGN_VERIFY'), await waiting('ECC_NIST_P256', 'KEY_AGREEMENT')];
    const answers = await Promise.all(keys.map((KeyId) => bring(KeyId, material)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
  });
});

describe('the checks of RSA keys', () => {
  it('are shared among tenants: one waits for no more than its part', async () => {
    const KeyId = await waiting('RSA_2048', 'SIGN_VERIFY');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const asked = { KeyId, WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256', WrappingKeySpec: 'RSA_2048' };
    const { ImportToken } = (await call('GetParametersForImport', asked)).body;
    const material = privateKey.export({ format: 'der', type: 'pkcs8' });
    // Its last part is another: the whole check is made, and nothing is imported.
    material.writeUInt8(material.readUInt8(material.length - 1) ^ 2, material.length - 1);
    const EncryptedKeyMaterial = wrapForImport('RSA_AES_KEY_WRAP_SHA_256', wrappingPair().publicKey, material);
    const input = { KeyId, ImportToken, EncryptedKeyMaterial, ...KEPT };
    const answers = await Promise.all(Array.from({ length: 18 }, () => call('ImportKeyMaterial', input)));
    const { ThrottlingException = [], ...others } = Object.groupBy(answers, ({ type }) => type ?? 'none');
    expect(ThrottlingException).toHaveLength(2);
    expect(Object.values(others).flat()).toHaveLength(16);
  });
});

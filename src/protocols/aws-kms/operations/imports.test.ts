import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, wrapForImport, wrappingPair } from '../../../keys/key-space.fixture.ts';
import type { WrappingAlgorithmName } from '../../../crypto/import-wrapping.ts';
import { World, type Account, type Answer } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { decodeImportToken, encodeImportToken } from '../../../keys/sealed-import-token.ts';
import { MATERIAL } from './requests.fixture.ts';

let world: World;
let one: Account;
let keyId: string;
let arn: string;

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const OTHER = Buffer.alloc(32, 0x17);
const KEPT = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };

beforeEach(async () => {
  world = new World();
  one = await world.account();
  const { KeyMetadata } = (await call('CreateKey', { Origin: 'EXTERNAL' })).body;
  keyId = KeyMetadata.KeyId;
  arn = KeyMetadata.Arn;
});

async function parameters(WrappingAlgorithm: WrappingAlgorithmName = 'RSAES_OAEP_SHA_256', KeyId = keyId) {
  return call('GetParametersForImport', { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' });
}

/** Brings material to the key, with a token of its own unless one is given. */
async function bring(material: Uint8Array, more: object = KEPT): Promise<Answer<'ImportKeyMaterial'>> {
  const { ImportToken } = (await parameters()).body;
  return call('ImportKeyMaterial', {
    KeyId: keyId,
    ImportToken,
    EncryptedKeyMaterial: wrapForImport('RSAES_OAEP_SHA_256', wrappingPair().publicKey, material),
    ...more,
  });
}

const state = async () => (await call('DescribeKey', { KeyId: keyId })).body.KeyMetadata;

describe('import parameters', () => {
  it('serve 24 hours', async () => {
    const { body } = await parameters();
    expect(body.KeyId).toBe(arn);
    expect(body.ParametersValidTo).toBe((world.clock() + DAY) / 1000);
    const spki = wrappingPair().publicKey.export({ format: 'der', type: 'spki' });
    expect(body.PublicKey).toBe(spki.toString('base64'));
  });

  it.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'] as const)(
    'take material by %s',
    async (algorithm) => {
      const { ImportToken } = (await parameters(algorithm)).body;
      const EncryptedKeyMaterial = wrapForImport(algorithm, wrappingPair().publicKey, MATERIAL);
      const input = { KeyId: arn, ImportToken, EncryptedKeyMaterial, ...KEPT };
      const { body } = await call('ImportKeyMaterial', input);
      expect(body).toEqual({ KeyId: arn, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
      expect(await state()).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: body.KeyMaterialId, ...KEPT });
    },
  );

  it.each([
    ['RSAES_PKCS1_V1_5', 'RSA_2048'],
    ['SM2PKE', 'RSA_2048'],
    ['RSAES_OAEP_SHA_256', 'SM2'],
  ])('are not made for %s under %s', async (WrappingAlgorithm, WrappingKeySpec) => {
    const answer = await call('GetParametersForImport', { KeyId: keyId, WrappingAlgorithm, WrappingKeySpec });
    expect(answer).toMatchObject({ status: 400, type: 'UnsupportedOperationException' });
  });
});

describe('an import token', () => {
  const INVALID = { status: 400, type: 'InvalidImportTokenException' };

  it('is refused when any bit of it was changed, and when it was cut or lengthened', async () => {
    const open = await world.keys.find(one.instance, keyId);
    if (open === undefined) throw new Error('the key is gone');
    const token = encodeImportToken(open, 'a-token-id', world.random);
    expect(decodeImportToken(open, token)).toBe('a-token-id');
    const code = expect.objectContaining({ code: 'import-token-invalid' }) as Error;
    for (let at = 0; at < token.length; at++) {
      const changed = Buffer.from(token);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
      expect(() => decodeImportToken(open, changed)).toThrow(code);
      expect(() => decodeImportToken(open, token.subarray(0, at))).toThrow(code);
    }
    expect(() => decodeImportToken(open, Buffer.concat([token, Buffer.alloc(1)]))).toThrow(code);
    const { body } = await parameters();
    const ImportToken = Buffer.from(body.ImportToken, 'base64').subarray(1);
    expect(await bring(MATERIAL, { ImportToken, ...KEPT })).toMatchObject(INVALID);
  });

  it('belongs to one key of one region of one account', async () => {
    const made = await call('CreateKey', { Origin: 'EXTERNAL' });
    const open = await world.keys.find(one.instance, keyId);
    const other = await world.keys.find(one.instance, made.body.KeyMetadata.KeyId);
    if (open === undefined || other === undefined) throw new Error('a key is gone');
    const token = encodeImportToken(open, 'a-token-id', world.random);
    expect(() => decodeImportToken(other, token)).toThrow('import-token-invalid');
    const ofOther = await parameters('RSAES_OAEP_SHA_256', made.body.KeyMetadata.KeyId);
    expect(await bring(MATERIAL, { ImportToken: ofOther.body.ImportToken, ...KEPT })).toMatchObject(INVALID);
    const two = await world.account('two');
    const theirs = await world.call(two.admin, 'CreateKey', { Origin: 'EXTERNAL' });
    const ofThem = await world.call(two.admin, 'GetParametersForImport', {
      KeyId: theirs.body.KeyMetadata.KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    expect(await bring(MATERIAL, { ImportToken: ofThem.body.ImportToken, ...KEPT })).toMatchObject(INVALID);
  });

  it('expires, and the ninth pushes the first out', async () => {
    const { ImportToken } = (await parameters()).body;
    const start = world.clock();
    world.clock.set(start + DAY - 1);
    expect(await bring(MATERIAL, { ImportToken, ...KEPT })).toMatchObject({ status: 200 });
    world.clock.set(start + DAY);
    expect(await bring(MATERIAL, { ImportToken, ...KEPT })).toMatchObject({ type: 'ExpiredImportTokenException' });
    world.clock.set(start);
    for (let i = 0; i < 8; i++) await parameters();
    expect(await bring(MATERIAL, { ImportToken, ...KEPT })).toMatchObject(INVALID);
  });
});

describe('the expiry of material', () => {
  const validTo = (ms: number) => ({ ValidTo: ms / 1000 });

  it('is told when it is missing, unwanted or out of range', async () => {
    const now = world.clock();
    const refusals: [object, string][] = [
      [{}, 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES'],
      [
        { ExpirationModel: 'KEY_MATERIAL_EXPIRES' },
        'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
      ],
      [
        { ...KEPT, ...validTo(now + DAY) },
        'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
      ],
      [validTo(now), 'ValidTo must be in the future, and within 365 days.'],
      [validTo(now + 365 * DAY + 1000), 'ValidTo must be in the future, and within 365 days.'],
    ];
    for (const [more, text] of refusals) {
      expect(await bring(MATERIAL, more)).toMatchObject({ status: 400, type: 'ValidationException', text });
    }
    expect(await bring(MATERIAL, { ValidTo: 1e300 })).toMatchObject({ status: 400, type: 'SerializationException' });
    expect(await bring(MATERIAL, validTo(now + 365 * DAY))).toMatchObject({ status: 200 });
  });

  it('makes the key pending import, and the same material makes it work again', async () => {
    await bring(MATERIAL, validTo(world.clock() + DAY));
    expect(await state()).toMatchObject({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: (world.clock() + DAY) / 1000,
    });
    const { CiphertextBlob } = (await call('Encrypt', { KeyId: keyId, Plaintext: Buffer.from('x') })).body;
    world.clock.set(world.clock() + DAY);
    expect(await state()).toMatchObject({ KeyState: 'PendingImport', Enabled: false });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ text: `${arn} is pending import.` });
    expect(await bring(MATERIAL)).toMatchObject({ status: 200 });
    expect((await call('Decrypt', { CiphertextBlob })).body.Plaintext).toBe('eA==');
  });
});

describe('material', () => {
  it('that goes first is the one whose expiry is told', async () => {
    const at = (days: number) => ({ ValidTo: (world.clock() + days * DAY) / 1000 });
    await bring(MATERIAL, at(2));
    await bring(OTHER, { ...at(9), ImportType: 'NEW_KEY_MATERIAL' });
    expect(await state()).toMatchObject(at(2));
    await call('RotateKeyOnDemand', { KeyId: keyId });
    expect(await state()).toMatchObject({ ...at(2), ExpirationModel: 'KEY_MATERIAL_EXPIRES' });
  });

  it.each([0, 16, 31, 33])('of %i bytes is refused', async (length) => {
    expect(await bring(Buffer.alloc(length, 1))).toMatchObject({ type: 'IncorrectKeyMaterialException' });
  });

  it('that does not decrypt is refused without a word', async () => {
    const refusal = { status: 400, type: 'InvalidCiphertextException', text: undefined };
    const EncryptedKeyMaterial = randomBytes(256);
    expect(await bring(MATERIAL, { EncryptedKeyMaterial, ...KEPT })).toMatchObject(refusal);
    expect(await bring(MATERIAL, { EncryptedKeyMaterial: Buffer.alloc(1), ...KEPT })).toMatchObject(refusal);
  });

  it('is another one only where that is asked for, waits for a rotation, and is the only one that waits', async () => {
    const first = (await bring(MATERIAL)).body.KeyMaterialId;
    expect(await bring(OTHER)).toMatchObject({ type: 'IncorrectKeyMaterialException' });
    const asNew = { ...KEPT, ImportType: 'NEW_KEY_MATERIAL', KeyMaterialDescription: 'second' };
    expect(await bring(OTHER, { ...asNew, KeyMaterialId: first })).toMatchObject({ type: 'ValidationException' });
    const second = (await bring(OTHER, asNew)).body.KeyMaterialId;
    const third = await bring(Buffer.alloc(32, 3), asNew);
    expect(third.type).toBe('KMSInvalidStateException');
    expect(third.text).toMatch(
      new RegExp(
        String.raw`^New key material \(id: [0-9a-f]{64}\) cannot be imported into KMS key ${arn}, because another key material \(id: ${second}\) is pending rotation\.$`,
      ),
    );
    const rotations = () => call('ListKeyRotations', { KeyId: keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
    const entry = { KeyId: keyId, ImportState: 'IMPORTED', ...KEPT };
    expect((await rotations()).body.Rotations).toEqual([
      { ...entry, KeyMaterialId: first, KeyMaterialState: 'CURRENT' },
      { ...entry, KeyMaterialId: second, KeyMaterialState: 'PENDING_ROTATION', KeyMaterialDescription: 'second' },
    ]);
    expect(await call('RotateKeyOnDemand', { KeyId: keyId })).toMatchObject({ status: 200, body: { KeyId: arn } });
    expect((await rotations()).body.Rotations).toEqual([
      { ...entry, KeyMaterialId: first, KeyMaterialState: 'NON_CURRENT' },
      {
        ...entry,
        KeyMaterialId: second,
        KeyMaterialState: 'CURRENT',
        KeyMaterialDescription: 'second',
        RotationDate: world.clock() / 1000,
        RotationType: 'ON_DEMAND',
      },
    ]);
    expect(await call('RotateKeyOnDemand', { KeyId: keyId })).toMatchObject({
      type: 'KMSInvalidStateException',
      text: `No available key material pending rotation for the key: ${arn}.`,
    });
    // Losing any material that ever encrypted stops the whole key.
    const deleted = await call('DeleteImportedKeyMaterial', { KeyId: keyId, KeyMaterialId: first });
    expect(deleted.body).toEqual({ KeyId: arn, KeyMaterialId: first });
    expect(await state()).toMatchObject({ KeyState: 'PendingImport', CurrentKeyMaterialId: second });
    expect((await rotations()).body.Rotations).toMatchObject([{ ImportState: 'PENDING_IMPORT' }, entry]);
    expect(await bring(MATERIAL, { ...KEPT, KeyMaterialId: second })).toMatchObject({
      type: 'IncorrectKeyMaterialException',
    });
    expect(await bring(MATERIAL, { ...KEPT, KeyMaterialId: first, ImportType: 'EXISTING_KEY_MATERIAL' })).toMatchObject(
      { status: 200, body: { KeyMaterialId: first } },
    );
    expect(await state()).toMatchObject({ KeyState: 'Enabled' });
    const unknown = await call('DeleteImportedKeyMaterial', { KeyId: keyId, KeyMaterialId: 'ab'.repeat(32) });
    expect(unknown).toMatchObject({ status: 400, type: 'NotFoundException' });
  });

  it('deleted before it came changes nothing', async () => {
    const answer = await call('DeleteImportedKeyMaterial', { KeyId: keyId });
    expect(answer).toMatchObject({ status: 200, body: { KeyId: arn } });
    expect(answer.body).not.toHaveProperty('KeyMaterialId');
  });
});

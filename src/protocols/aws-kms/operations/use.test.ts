import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { REGION, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { MAX_CONTEXT_BYTES } from './encryption-context.ts';
import { prepare, type Prepared } from './requests.fixture.ts';

let world: World;
let one: Account;
let two: Account;
let key: Prepared;

beforeAll(async () => {
  world = new World();
  one = await world.account('one');
  two = await world.account('two');
  key = await prepare(world, one, 'enabled');
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const plaintext = Buffer.from('plain');
const DRY_RUN = {
  status: 400,
  type: 'DryRunOperationException',
  text: 'The request would have succeeded, but the DryRun option is set.',
};
const INVALID_CIPHERTEXT = { status: 400, type: 'InvalidCiphertextException', text: undefined };
const INCOMPATIBLE = {
  type: 'InvalidKeyUsageException',
  text: 'Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.',
};

/** Encrypts and answers the ciphertext in base64. */
async function encrypted(input: object): Promise<string> {
  return (await call('Encrypt', { KeyId: key.id, Plaintext: plaintext, ...input })).body.CiphertextBlob;
}

describe('Encrypt and Decrypt', () => {
  it.each([1, 15, 16, 17, 4095, 4096])('give %i bytes back, and name the key by its ARN', async (length) => {
    const Plaintext = Buffer.alloc(length, 0xa5);
    const { body } = await call('Encrypt', { KeyId: key.alias, Plaintext });
    expect(body).toMatchObject({ KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const opened = await call('Decrypt', { CiphertextBlob: body.CiphertextBlob });
    expect(opened.body).toEqual({
      KeyId: key.arn,
      Plaintext: Plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'greater than or equal to 1'],
    ['4097 bytes', Buffer.alloc(4097, 0x43), 'less than or equal to 4096'],
  ])('do not take %s', async (_, Plaintext, rule) => {
    expect(await call('Encrypt', { KeyId: key.id, Plaintext })).toMatchObject({
      status: 400,
      type: 'ValidationException',
      text: `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${rule}`,
    });
  });

  it.each<[string, object, boolean]>([
    ['the same', { a: '1', b: '2' }, true],
    ['the same in another order', { b: '2', a: '1' }, true],
    ['none', {}, false],
    ['less', { a: '1' }, false],
    ['more', { a: '1', b: '2', c: '3' }, false],
    ['another case', { A: '1', b: '2' }, false],
    ['values moved between names', { a: '1b', '': '2' }, false],
    ['names and values joined otherwise', { a1: 'b2' }, false],
  ])('want the same context: %s', async (_, EncryptionContext, opens) => {
    const CiphertextBlob = await encrypted({ EncryptionContext: { a: '1', b: '2' } });
    const answer = await call('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(answer).toMatchObject(opens ? { status: 200 } : INVALID_CIPHERTEXT);
  });

  it('tell contexts apart that only look alike, and keep __proto__ as a name like any other', async () => {
    const composed = await encrypted({ EncryptionContext: { name: '\u00e9' } });
    const decomposed = { CiphertextBlob: composed, EncryptionContext: { name: 'e\u0301' } };
    expect(await call('Decrypt', decomposed)).toMatchObject(INVALID_CIPHERTEXT);
    const rawBody = Buffer.from(
      JSON.stringify({ KeyId: key.id, Plaintext: 'eA==' }).replace('}', ',"EncryptionContext":{"__proto__":"x"}}'),
    );
    const { body, status } = await world.call(one.admin, 'Encrypt', {}, { rawBody });
    expect(status).toBe(200);
    expect(await call('Decrypt', { CiphertextBlob: body.CiphertextBlob })).toMatchObject(INVALID_CIPHERTEXT);
    const details = world.store.entries().map((entry) => entry.details.toString('latin1'));
    expect(details.some((text) => text.includes('{"__proto__":"x"}'))).toBe(true);
  });

  it('refuse half of a surrogate pair, and a context that is too long for its entry', async () => {
    const half = { KeyId: key.id, Plaintext: plaintext, EncryptionContext: { a: '\ud800' } };
    expect(await call('Encrypt', half)).toMatchObject({ type: 'ValidationException' });
    for (const character of ['a', '\u0001']) {
      const room = MAX_CONTEXT_BYTES - JSON.stringify({ a: '' }).length;
      const fits = character.repeat(Math.floor(room / (JSON.stringify(character).length - 2)));
      const input = (value: string) => ({ KeyId: key.id, Plaintext: plaintext, EncryptionContext: { a: value } });
      expect(await call('Encrypt', input(fits))).toMatchObject({ status: 200 });
      expect(await call('Encrypt', input(fits + character))).toMatchObject({ type: 'ValidationException' });
    }
    expect(world.faults).toEqual([]);
  });

  it('open nothing that was damaged or cut', async () => {
    const blob = Buffer.from(await encrypted({}), 'base64');
    for (let at = 0; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      const answer = await call('Decrypt', { CiphertextBlob: damaged, KeyId: key.id });
      expect(answer.type).toBe(at >= 4 && at < 20 ? 'IncorrectKeyException' : 'InvalidCiphertextException');
    }
    for (const length of [1, 3, 4, 19, 20, 99, 100, blob.length - 1]) {
      expect(await call('Decrypt', { CiphertextBlob: blob.subarray(0, length) })).toMatchObject(INVALID_CIPHERTEXT);
    }
  });

  it('say of a ciphertext of nobody known that it refers to an unknown key', async () => {
    const blob = Buffer.from(await encrypted({}), 'base64');
    const unknown = {
      type: 'AccessDeniedException',
      text: 'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    };
    // Another account does not find it by the ciphertext alone.
    expect(await world.call(two.admin, 'Decrypt', { CiphertextBlob: blob })).toMatchObject(unknown);
    blob.writeUInt8(blob.readUInt8(4) ^ 1, 4);
    expect(await call('Decrypt', { CiphertextBlob: blob })).toMatchObject(unknown);
    // Nor is a key found whose waiting period is over, although it is not destroyed yet.
    const deleted = await prepare(world, one, 'pending deletion');
    const before = world.clock();
    world.clock.set(before + 30 * DAY);
    expect(await call('Decrypt', { CiphertextBlob: deleted.blob })).toMatchObject(unknown);
    world.clock.set(before);
  });

  it('refuse a key that did not encrypt it', async () => {
    const CiphertextBlob = await encrypted({});
    expect(await call('Decrypt', { CiphertextBlob, KeyId: key.otherId })).toMatchObject({
      status: 400,
      type: 'IncorrectKeyException',
      text: 'The key ID in the request does not identify a CMK that can perform this operation.',
    });
  });

  it('refuse an algorithm of another kind of key, after its state', async () => {
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
    const input = { KeyId: key.id, Plaintext: plaintext, EncryptionAlgorithm };
    expect(await call('Encrypt', input)).toMatchObject(INCOMPATIBLE);
    expect(await call('Decrypt', { CiphertextBlob: key.blob, EncryptionAlgorithm })).toMatchObject(INCOMPATIBLE);
    const disabled = await prepare(world, one, 'disabled');
    expect(await call('Encrypt', { ...input, KeyId: disabled.id })).toMatchObject({ type: 'DisabledException' });
  });

  it('check dry runs like others and then do nothing', async () => {
    const input = { KeyId: key.id, Plaintext: plaintext, DryRun: true };
    expect(await call('Encrypt', input)).toMatchObject(DRY_RUN);
    const decrypt = { CiphertextBlob: key.blob, DryRun: true };
    expect(await call('Decrypt', decrypt)).toMatchObject(DRY_RUN);
    expect(await call('Decrypt', { ...decrypt, EncryptionContext: { a: 'b' } })).toMatchObject(INVALID_CIPHERTEXT);
    const disabled = await prepare(world, one, 'disabled');
    expect(await call('Encrypt', { ...input, KeyId: disabled.id })).toMatchObject({ type: 'DisabledException' });
    expect(await call('Decrypt', { ...decrypt, KeyId: key.otherId })).toMatchObject({ type: 'IncorrectKeyException' });
  });

  it('take a dry run without a ciphertext only where the request says so and names the key', async () => {
    const DryRunModifiers = ['IGNORE_CIPHERTEXT'];
    expect(await call('Decrypt', { KeyId: key.id, DryRun: true, DryRunModifiers })).toMatchObject(DRY_RUN);
    const missing = (member: string) => ({
      type: 'ValidationException',
      text: `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    });
    expect(await call('Decrypt', { DryRun: true, DryRunModifiers })).toMatchObject(missing('keyId'));
    expect(await call('Decrypt', { KeyId: key.id, DryRun: true })).toMatchObject(missing('ciphertextBlob'));
    expect(await call('Decrypt', { KeyId: key.id })).toMatchObject(missing('ciphertextBlob'));
    expect(await call('Decrypt', { KeyId: key.id, DryRunModifiers })).toMatchObject({ type: 'ValidationException' });
  });

  it('take grant tokens that are some, or none', async () => {
    const tokens = await call('Encrypt', { KeyId: key.id, Plaintext: plaintext, GrantTokens: ['x'] });
    expect(tokens).toMatchObject({ type: 'InvalidGrantTokenException' });
    expect(await call('Encrypt', { KeyId: key.id, Plaintext: plaintext, GrantTokens: [] })).toMatchObject({
      status: 200,
    });
  });
});

describe('keys of another account', () => {
  it('open only to those whom the key policy and their own policies allow', async () => {
    const ask = () => world.call(two.admin, 'Encrypt', { KeyId: key.arn, Plaintext: plaintext });
    expect(await ask()).toMatchObject({ type: 'AccessDeniedException' });
    const theirs = { Effect: 'Allow', Principal: { AWS: two.accountId }, Action: 'kms:*', Resource: '*' };
    const ours = { ...theirs, Principal: { AWS: one.accountId } };
    await call('PutKeyPolicy', { KeyId: key.id, Policy: JSON.stringify({ Statement: [ours, theirs] }) });
    const { status, body } = await ask();
    expect([status, body.KeyId]).toEqual([200, key.arn]);
    const decrypt = { CiphertextBlob: body.CiphertextBlob, KeyId: key.arn };
    expect(await world.call(two.admin, 'Decrypt', decrypt)).toMatchObject({ status: 200 });
    // Management stays with the account that owns the key, whatever the policy says.
    expect(await world.call(two.admin, 'DisableKey', { KeyId: key.arn })).toMatchObject({
      type: 'AccessDeniedException',
    });
    const nobody = key.arn.replace(one.accountId, '999999999999');
    const unknown = await world.call(two.admin, 'Encrypt', { KeyId: nobody, Plaintext: plaintext });
    expect(unknown).toMatchObject({ type: 'NotFoundException', text: `Key '${nobody}' does not exist` });
  });

  it('are not in their own account', async () => {
    const answer = await world.call(two.admin, 'Encrypt', { KeyId: key.id, Plaintext: plaintext });
    expect(answer).toMatchObject({
      text: `Key 'arn:aws:kms:${REGION}:${two.accountId}:key/${key.id}' does not exist`,
    });
  });
});

describe('ReEncrypt', () => {
  it('opens with the one context and closes with the other', async () => {
    const blob = await encrypted({ EncryptionContext: { a: '1' } });
    const input = {
      CiphertextBlob: blob,
      SourceEncryptionContext: { a: '1' },
      DestinationKeyId: key.otherId,
      DestinationEncryptionContext: { b: '2' },
    };
    const { body } = await call('ReEncrypt', input);
    expect(body).toMatchObject({
      SourceKeyId: key.arn,
      KeyId: key.arn.replace(key.id, key.otherId),
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
    expect(body.SourceKeyMaterialId).not.toBe(body.DestinationKeyMaterialId);
    const opened = await call('Decrypt', { CiphertextBlob: body.CiphertextBlob, EncryptionContext: { b: '2' } });
    expect(opened.body.Plaintext).toBe(plaintext.toString('base64'));
    expect(await call('ReEncrypt', { ...input, SourceEncryptionContext: {} })).toMatchObject(INVALID_CIPHERTEXT);
    expect(await call('ReEncrypt', { ...input, SourceKeyId: key.otherId })).toMatchObject({
      type: 'IncorrectKeyException',
    });
    expect(await call('ReEncrypt', { ...input, DryRun: true })).toMatchObject(DRY_RUN);
    const algorithm = { DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
    expect(await call('ReEncrypt', { ...input, ...algorithm })).toMatchObject(INCOMPATIBLE);
    const disabled = await prepare(world, one, 'disabled');
    expect(await call('ReEncrypt', { ...input, DestinationKeyId: disabled.id })).toMatchObject({
      type: 'DisabledException',
      text: `${disabled.arn} is disabled.`,
    });
  });
});

describe('data keys', () => {
  it.each<[object, number]>([
    [{ KeySpec: 'AES_128' }, 16],
    [{ KeySpec: 'AES_256' }, 32],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('%o gives %i bytes, which Decrypt gives back', async (size, length) => {
    const EncryptionContext = { a: '1' };
    const { body } = await call('GenerateDataKey', { KeyId: key.arn, EncryptionContext, ...size });
    expect(Buffer.from(body.Plaintext, 'base64')).toHaveLength(length);
    const opened = await call('Decrypt', { CiphertextBlob: body.CiphertextBlob, EncryptionContext });
    expect(opened.body).toMatchObject({ Plaintext: body.Plaintext, KeyMaterialId: body.KeyMaterialId });
    const kept = await call('GenerateDataKeyWithoutPlaintext', { KeyId: key.arn, ...size });
    expect(Object.keys(kept.body).toSorted()).toEqual(['CiphertextBlob', 'KeyId', 'KeyMaterialId']);
    const released = await call('Decrypt', { CiphertextBlob: kept.body.CiphertextBlob });
    const bytes = Buffer.from(released.body.Plaintext, 'base64');
    expect(bytes).toHaveLength(length);
  });

  it.each(['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'] as const)(
    '%s wants exactly one size',
    async (name) => {
      const text = 'Please specify either number of bytes or key spec.';
      const both = { KeyId: key.id, KeySpec: 'AES_256', NumberOfBytes: 32 };
      expect(await call(name, both)).toMatchObject({ type: 'ValidationException', text });
      expect(await call(name, { KeyId: key.id })).toMatchObject({ type: 'ValidationException', text });
      expect(await call(name, { KeyId: key.id, KeySpec: 'AES_256', DryRun: true })).toMatchObject(DRY_RUN);
    },
  );
});

describe('GenerateRandom', () => {
  it('gives the bytes that it was asked for, and says when it was not', async () => {
    const { body } = await call('GenerateRandom', { NumberOfBytes: 1024 });
    expect(Buffer.from(body.Plaintext, 'base64')).toHaveLength(1024);
    expect(await call('GenerateRandom', {})).toMatchObject({
      type: 'ValidationException',
      text: 'NumberOfBytes is required.',
    });
    expect(await call('GenerateRandom', { NumberOfBytes: 1025 })).toMatchObject({ type: 'ValidationException' });
  });
});

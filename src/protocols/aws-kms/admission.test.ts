import { beforeEach, describe, expect, it } from 'vitest';
import type { RateClass } from '../../pipeline/rates.ts';
import { World, type Account } from './endpoint.fixture.ts';
import type { OperationName } from './model.gen.ts';
import { IMPLEMENTED, prepareFor, REQUESTS } from './operations/requests.fixture.ts';

/** The class of each operation that is no plain read or write, on the key that its request in the fixture is for. */
const CLASSES: { readonly [N in OperationName]?: RateClass } = {
  Encrypt: 'symmetric',
  Decrypt: 'symmetric',
  ReEncrypt: 'symmetric',
  GenerateDataKey: 'symmetric',
  GenerateDataKeyWithoutPlaintext: 'symmetric',
  GenerateRandom: 'symmetric',
  GenerateDataKeyPair: 'ecc',
  GenerateDataKeyPairWithoutPlaintext: 'ecc',
  Sign: 'ecc',
  Verify: 'ecc',
  DeriveSharedSecret: 'ecc',
  GenerateMac: 'hmac',
  VerifyMac: 'hmac',
  Encapsulate: 'ml',
  Decapsulate: 'ml',
};

let world: World;
let one: Account;
const requestOf = (operation: OperationName) => REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;

beforeEach(async () => {
  world = new World();
  one = await world.account();
});

describe('a rate', () => {
  it.each(IMPLEMENTED)('of the class of %s bounds it, and says so before anything is done', async (operation) => {
    const isRead = /^(?:Describe|Get|List)/.test(operation);
    const rateClass = CLASSES[operation] ?? (isRead ? 'read' : 'write');
    const key = await prepareFor(world, one, operation);
    const input = requestOf(operation)(key.id, key);
    world.rates[rateClass] = { perSecond: 1, burst: 2 };
    // ReEncrypt uses two keys.
    const first = await world.call(one.admin, operation, input);
    expect(first).toMatchObject({ status: 200 });
    await world.call(one.admin, operation, input);
    const before = world.store.entries().length;
    const refused = await world.call(one.admin, operation, input);
    expect(refused).toMatchObject({ status: 400, type: 'ThrottlingException', text: 'Rate exceeded' });
    // It is counted, not recorded one by one.
    expect(world.store.entries()).toHaveLength(before);
    world.clock.set(world.clock() + 2000);
    expect((await world.call(one.admin, operation, input)).type).not.toBe('ThrottlingException');
  });

  it("of one tenant is not another one's", async () => {
    const two = await world.account('two');
    world.rates.read = { perSecond: 1, burst: 1 };
    expect((await world.call(one.admin, 'ListKeys')).status).toBe(200);
    expect((await world.call(one.admin, 'ListKeys')).type).toBe('ThrottlingException');
    expect((await world.call(two.admin, 'ListKeys')).status).toBe(200);
  });

  it.each([
    ['RSA_2048', 'rsa'],
    ['ECC_NIST_P256', 'ecc'],
    ['ECC_NIST_EDWARDS25519', 'ecc'],
    ['ML_DSA_44', 'ml'],
  ] as const)('for signing with %s is that of %s', async (KeySpec, rateClass) => {
    const made = await world.call(one.admin, 'CreateKey', { KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const { KeyId, SigningAlgorithms } = made.body.KeyMetadata;
    const input = { KeyId, Message: Buffer.from('x'), SigningAlgorithm: SigningAlgorithms[0] };
    world.rates[rateClass] = { perSecond: 1, burst: 1 };
    expect((await world.call(one.admin, 'Sign', input)).status).toBe(200);
    expect((await world.call(one.admin, 'Sign', input)).type).toBe('ThrottlingException');
  });

  it('is not taken from by strangers, whose signatures prove nobody', async () => {
    world.rates.read = { perSecond: 1, burst: 1 };
    for (let i = 0; i < 5; i++) await world.call(one.admin, 'ListKeys', {}, { secret: 'wrong' });
    expect((await world.call(one.admin, 'ListKeys')).status).toBe(200);
  });

  it.each<[string, OperationName, object, string, string?]>([
    [
      'a key that is not there',
      'Encrypt',
      { KeyId: `${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`, Plaintext: Buffer.from('x') },
      'NotFoundException',
    ],
    ['an input that is none', 'DescribeKey', {}, 'ValidationException'],
    ['a ciphertext that is none', 'Decrypt', { CiphertextBlob: Buffer.from('x') }, 'InvalidCiphertextException'],
    ['an operation that is none', 'ListKeys', {}, 'UnknownOperationException', 'TrentService.Nothing'],
    [
      'a token that is none',
      'Encrypt',
      { KeyId: 'alias/x', Plaintext: Buffer.from('x'), GrantTokens: ['x'] },
      'InvalidGrantTokenException',
    ],
  ])('bounds requests that fail before their key is known: %s', async (_, operation, input, type, target) => {
    world.rates.symmetric = { perSecond: 1, burst: 2 };
    const ask = async () => (await world.call(one.admin, operation, input, { ...(target && { target }) })).type;
    expect([await ask(), await ask()]).toEqual([type, type]);
    const before = world.store.entries().length;
    expect(await ask()).toBe('ThrottlingException');
    expect(world.store.entries()).toHaveLength(before);
  });

  it('is taken from once by a request whose commit has to be tried again', async () => {
    world.rates.write = { perSecond: 1, burst: 8 };
    const { KeyId } = (await world.call(one.admin, 'CreateKey')).body.KeyMetadata;
    const renamed = Array.from({ length: 7 }, (_, i) =>
      world.call(one.admin, 'UpdateKeyDescription', { KeyId, Description: `${i}` }),
    );
    expect((await Promise.all(renamed)).map(({ status }) => status)).toEqual(Array(7).fill(200));
  });
});

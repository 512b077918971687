import { beforeEach, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../access/policy.ts';
import { World, type Account } from '../endpoint.fixture.ts';

/** A request that names a key by an alias is decided on the key that it then uses, whatever becomes of the alias meanwhile. */
let world: World;
let account: Account;
/** Two keys, and an alias that goes from one to the other. */
let keys: readonly [mine: string, other: string];
const AliasName = 'alias/moving';
const plaintext = Buffer.from('plain');

beforeEach(async () => {
  world = new World();
  account = await world.account();
  const arns: string[] = [];
  for (let i = 0; i < 2; i++) arns.push((await world.call(account.admin, 'CreateKey')).body.KeyMetadata.Arn);
  keys = arns as unknown as typeof keys;
  await world.call(account.admin, 'CreateAlias', { AliasName, TargetKeyId: keys[0] });
});

const move = (TargetKeyId: string) => world.call(account.admin, 'UpdateAlias', { AliasName, TargetKeyId });

/** Asks as somebody who may use the first key, and no other. */
function ask<N extends 'Encrypt' | 'Decrypt' | 'GenerateDataKey'>(operation: N, input: object) {
  const Statement = { Effect: 'Allow', Action: 'kms:*', Resource: keys[0] };
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
  return world.callAs(account, [policy], operation, input);
}

describe('an alias that is moved', () => {
  it('lets nobody use the key that it leads to now by the permission on the one before', async () => {
    const answers: { readonly outcome: string; readonly keyId: string | undefined }[] = [];
    let isMoving = true;
    const moving = async () => {
      for (let i = 0; i < 40; i++) {
        expect(await move(keys[i % 2 === 0 ? 1 : 0])).toMatchObject({ status: 200 });
        await new Promise(setImmediate);
      }
      isMoving = false;
    };
    const asking = async (operation: 'Encrypt' | 'GenerateDataKey', input: object) => {
      while (isMoving) {
        const { type, status, body } = await ask(operation, { KeyId: AliasName, ...input });
        answers.push({ outcome: type ?? String(status), keyId: status === 200 ? body.KeyId : undefined });
        await new Promise(setImmediate);
      }
    };
    const uses = [asking('Encrypt', { Plaintext: plaintext }), asking('GenerateDataKey', { KeySpec: 'AES_256' })];
    await Promise.all([moving(), ...uses]);
    expect(new Set(answers.flatMap(({ keyId }) => keyId ?? []))).toEqual(new Set([keys[0]]));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['200', 'AccessDeniedException']));
  });

  it('is followed to where it leads, and a ciphertext of the key before is not opened there', async () => {
    const { body } = await ask('Encrypt', { KeyId: AliasName, Plaintext: plaintext });
    await move(keys[1]);
    const { CiphertextBlob } = body;
    expect(await ask('Decrypt', { KeyId: AliasName, CiphertextBlob })).toMatchObject({ type: 'AccessDeniedException' });
    const byAdmin = await world.call(account.admin, 'Decrypt', { KeyId: AliasName, CiphertextBlob });
    expect(byAdmin).toMatchObject({ status: 400, type: 'IncorrectKeyException' });
    // Without a name the ciphertext says itself whose it is: the permission on that key decides.
    expect(await ask('Decrypt', { CiphertextBlob })).toMatchObject({ status: 200, body: { KeyId: keys[0] } });
  });
});

describe('an alias goes', () => {
  const spec = (KeySpec: string, KeyUsage: string) => ({ KeySpec, KeyUsage });
  it.each([
    [
      'between curves that sign',
      spec('ECC_NIST_P256', 'SIGN_VERIFY'),
      spec('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY'),
      200,
    ],
    ['between HMAC keys', spec('HMAC_256', 'GENERATE_VERIFY_MAC'), spec('HMAC_512', 'GENERATE_VERIFY_MAC'), 200],
    ['to no other usage', spec('ECC_NIST_P256', 'SIGN_VERIFY'), spec('ECC_NIST_P256', 'KEY_AGREEMENT'), 400],
    ['to no other type', spec('HMAC_256', 'GENERATE_VERIFY_MAC'), spec('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'), 400],
  ])('%s', async (_, from, to, status) => {
    const ids: string[] = [];
    for (const wanted of [from, to]) {
      ids.push((await world.call(account.admin, 'CreateKey', wanted)).body.KeyMetadata.KeyId);
    }
    await world.call(account.admin, 'CreateAlias', { AliasName: 'alias/kind', TargetKeyId: ids[0] });
    const moved = await world.call(account.admin, 'UpdateAlias', { AliasName: 'alias/kind', TargetKeyId: ids[1] });
    expect([moved.status, moved.type]).toEqual([status, status === 200 ? undefined : 'ValidationException']);
  });
});

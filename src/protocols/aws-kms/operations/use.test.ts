import { beforeAll, expect, it } from 'vitest';
import { World, type Account } from '../endpoint.fixture.ts';

let world: World;
let one: Account;
let keyId: string;

beforeAll(async () => {
  world = new World();
  one = await world.account();
  const made = await world.call(one.admin, 'CreateKey', {});
  keyId = made.body.KeyMetadata.KeyId;
});

it('encrypts and decrypts', async () => {
  const EncryptionContext = { tenant: 'a', ünï: 'cödé' };
  const encrypted = await world.call(one.admin, 'Encrypt', {
    KeyId: keyId,
    Plaintext: Buffer.from('secret'),
    EncryptionContext,
  });
  expect(encrypted).toMatchObject({ status: 200, body: { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } });
  const decrypted = await world.call(one.admin, 'Decrypt', {
    CiphertextBlob: encrypted.body.CiphertextBlob,
    EncryptionContext,
  });
  expect(Buffer.from(decrypted.body.Plaintext, 'base64').toString()).toBe('secret');
});

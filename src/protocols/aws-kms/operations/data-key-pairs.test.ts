import {
  createPrivateKey,
  createPublicKey,
  decapsulate as decapsulateAlone,
  encapsulate as encapsulateAlone,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DATA_KEY_PAIR_SPECS } from '../../../crypto/key-pair.ts';
import { keyOf, call, INVALID_CIPHERTEXT, DRY_RUN, withOneWorld } from './public-key-use.fixture.ts';

withOneWorld();

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

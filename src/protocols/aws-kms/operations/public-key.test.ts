import { describe, expect, it } from 'vitest';
import { keyOf, call, withOneWorld } from './public-key-use.fixture.ts';

withOneWorld();

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

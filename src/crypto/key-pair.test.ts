import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DATA_KEY_PAIR_SPECS, generateDataKeyPair } from './key-pair.ts';

describe('data key pairs', () => {
  it('are of these specs', () => {
    expect([...DATA_KEY_PAIR_SPECS.keys()]).toEqual([
      'RSA_2048',
      'RSA_3072',
      'RSA_4096',
      'ECC_NIST_P256',
      'ECC_NIST_P384',
      'ECC_NIST_P521',
      'ECC_SECG_P256K1',
      'ECC_NIST_EDWARDS25519',
      'ML_KEM_512',
      'ML_KEM_768',
      'ML_KEM_1024',
      'SM2',
    ]);
  });

  it.each([...DATA_KEY_PAIR_SPECS])('%s: both halves belong together', async (_, spec) => {
    const pair = await generateDataKeyPair(spec);
    const key = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' });
    expect(createPublicKey(key).export({ format: 'der', type: 'spki' })).toEqual(pair.publicKey);
    expect(pair.privateKey.length).toBeLessThanOrEqual(4096);
  });

  it.each(['ECC_NIST_P256', 'ML_KEM_512'])('%s differ each time', async (name) => {
    const spec = DATA_KEY_PAIR_SPECS.get(name) as NonNullable<ReturnType<typeof DATA_KEY_PAIR_SPECS.get>>;
    const [one, two] = [await generateDataKeyPair(spec), await generateDataKeyPair(spec)];
    expect(one.publicKey).not.toEqual(two.publicKey);
    expect(one.privateKey).not.toEqual(two.privateKey);
  });

  it.each(['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'])('%s private keys are seeds, of one length', async (name) => {
    const spec = DATA_KEY_PAIR_SPECS.get(name) as NonNullable<ReturnType<typeof DATA_KEY_PAIR_SPECS.get>>;
    expect((await generateDataKeyPair(spec)).privateKey).toHaveLength(86);
  });
});

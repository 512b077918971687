import { diffieHellman, encapsulate as encapsulateAlone, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  keyOf,
  call,
  publicKeyOf,
  DRY_RUN,
  makeKey,
  type Made,
  INVALID_CIPHERTEXT,
  withOneWorld,
} from './public-key-use.fixture.ts';

withOneWorld();

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

import { createHash, createPublicKey, randomBytes, verify as verifyAlone } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEY_SPECS } from '../../../crypto/key-spec.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { HAS_OPENSSL, opensslAccepts } from './openssl.fixture.ts';

let world: World;
let one: Account;

beforeAll(async () => {
  world = new World();
  one = await world.account();
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const MESSAGE = Buffer.from('what is to be signed');

interface SigningKey {
  readonly id: string;
  readonly arn: string;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
}

const made = new Map<string, Promise<SigningKey>>();

/** RSA keys take long to make: one of each spec serves all tests here. */
function signingKey(KeySpec: string): Promise<SigningKey> {
  const known = made.get(KeySpec) ?? makeKey(KeySpec);
  made.set(KeySpec, known);
  return known;
}

async function makeKey(KeySpec: string): Promise<SigningKey> {
  const { body } = await call('CreateKey', { KeySpec, KeyUsage: 'SIGN_VERIFY' });
  const { KeyId: id, Arn: arn } = body.KeyMetadata;
  const told = await call('GetPublicKey', { KeyId: id });
  return { id, arn, publicKey: Buffer.from(told.body.PublicKey, 'base64') };
}

const PAIRS = KEY_SPECS.flatMap(({ aws, algorithms }) =>
  (algorithms['sign-verify'] ?? []).map((algorithm) => [aws, algorithm] as const),
);

/** The digest that goes with an algorithm, where it takes one. */
function digestOf(algorithm: string): Buffer | undefined {
  if (algorithm === 'ML_DSA_SHAKE_256' || algorithm === 'ED25519_SHA_512') return undefined;
  const bits = /(256|384|512)$/.exec(algorithm)?.[1];
  return createHash(algorithm === 'SM2DSA' ? 'sm3' : `sha${bits}`)
    .update(MESSAGE)
    .digest();
}

describe.each(PAIRS)('%s with %s', (spec, SigningAlgorithm) => {
  const digest = digestOf(SigningAlgorithm);
  const isDigestOnly = SigningAlgorithm === 'ED25519_PH_SHA_512';

  it('verifies what it signed, named by its ARN, and nothing else', async () => {
    const { id, arn } = await signingKey(spec);
    const asked = isDigestOnly
      ? { KeyId: id, SigningAlgorithm, Message: digest, MessageType: 'DIGEST' }
      : { KeyId: id, SigningAlgorithm, Message: MESSAGE };
    const { body } = await call('Sign', asked);
    expect(body).toMatchObject({ KeyId: arn, SigningAlgorithm });
    const Signature = Buffer.from(body.Signature, 'base64');
    expect((await call('Verify', { ...asked, Signature })).body).toEqual({
      KeyId: arn,
      SignatureValid: true,
      SigningAlgorithm,
    });
    const damaged = Buffer.from(Signature);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    const invalid = { status: 400, type: 'KMSInvalidSignatureException', text: undefined };
    for (const wrong of [damaged, Signature.subarray(1), Buffer.concat([Signature, Buffer.alloc(1)])]) {
      expect(await call('Verify', { ...asked, Signature: wrong })).toMatchObject(invalid);
    }
    const other = Buffer.alloc(asked.Message?.length ?? 1, 7);
    expect(await call('Verify', { ...asked, Message: other, Signature })).toMatchObject(invalid);
  });
});

const isDigested = ([, algorithm]: (typeof PAIRS)[number]) => digestOf(algorithm) !== undefined;
/** SM2DSA hashes the signer and its key with the message, so a digest of the message alone is another message. */
const isEither = ([, algorithm]: (typeof PAIRS)[number]) => !/^(?:SM2DSA|ED25519_PH)/.test(algorithm);

describe.each(PAIRS.filter(isDigested))('%s with %s and digests', (spec, SigningAlgorithm) => {
  const digest = digestOf(SigningAlgorithm) as Buffer;

  it('refuses a digest of another length', async () => {
    const { id } = await signingKey(spec);
    const Message = randomBytes(digest.length + 1);
    const refusal = {
      status: 400,
      type: 'ValidationException',
      text: `Digest is invalid length for algorithm ${SigningAlgorithm}.`,
    };
    const asked = { KeyId: id, SigningAlgorithm, Message, MessageType: 'DIGEST' };
    expect(await call('Sign', asked)).toMatchObject(refusal);
    expect(await call('Verify', { ...asked, Signature: Buffer.alloc(64) })).toMatchObject(refusal);
  });
});

describe.each(PAIRS.filter((pair) => isDigested(pair) && isEither(pair)))('%s with %s', (spec, SigningAlgorithm) => {
  it('takes the digest for the message', async () => {
    const { id } = await signingKey(spec);
    const byDigest = { KeyId: id, SigningAlgorithm, Message: digestOf(SigningAlgorithm), MessageType: 'DIGEST' };
    const byMessage = { KeyId: id, SigningAlgorithm, Message: MESSAGE, MessageType: 'RAW' };
    for (const [signed, verified] of [
      [byDigest, byMessage],
      [byMessage, byDigest],
    ]) {
      const { Signature } = (await call('Sign', signed as object)).body;
      expect(await call('Verify', { ...verified, Signature })).toMatchObject({ status: 200 });
    }
  });
});

describe.runIf(HAS_OPENSSL).each(PAIRS.filter(([, algorithm]) => readerOf(algorithm) !== undefined))(
  '%s with %s',
  (spec, SigningAlgorithm) => {
    const reader = readerOf(SigningAlgorithm) as string;
    it('convinces the command line of OpenSSL', async () => {
      const { id, publicKey } = await signingKey(spec);
      const { body } = await call('Sign', { KeyId: id, SigningAlgorithm, Message: MESSAGE });
      const pem = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({
        format: 'pem',
        type: 'spki',
      });
      const files = { key: Buffer.from(pem), message: MESSAGE, signature: Buffer.from(body.Signature, 'base64') };
      expect(opensslAccepts(reader, files)).toBe(true);
      expect(opensslAccepts(reader, { ...files, message: randomBytes(9) })).toBe(false);
    });
  },
);

/** How the command line (3.0, which knows no ML-DSA and no Ed25519ph) is asked. */
function readerOf(algorithm: string): string | undefined {
  if (algorithm === 'ED25519_SHA_512') return 'pkeyutl -verify -pubin -inkey key -rawin -in message -sigfile signature';
  if (algorithm === 'SM2DSA')
    return 'dgst -sm3 -sigopt distid:1234567812345678 -verify key -signature signature message';
  const bits = /SHA_(\d+)$/.exec(algorithm)?.[1];
  if (!/^(?:RSASSA|ECDSA)/.test(algorithm) || bits === undefined) return undefined;
  const padding = algorithm.includes('PSS') ? ' -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest' : '';
  return `dgst -sha${bits}${padding} -verify key -signature signature message`;
}

describe('RSA', () => {
  it.each(['RAW', 'DIGEST'])('takes no signature of %s without its leading zero', async (MessageType) => {
    const { id } = await signingKey('RSA_2048');
    const SigningAlgorithm = 'RSASSA_PSS_SHA_256';
    // One signature in 256 begins with a zero: PSS is random, so one comes.
    for (;;) {
      const asked = { KeyId: id, SigningAlgorithm, Message: randomBytes(32), MessageType };
      const Signature = Buffer.from((await call('Sign', asked)).body.Signature, 'base64');
      if (Signature[0] !== 0) continue;
      expect(await call('Verify', { ...asked, Signature })).toMatchObject({ status: 200 });
      expect(await call('Verify', { ...asked, Signature: Signature.subarray(1) })).toMatchObject({
        type: 'KMSInvalidSignatureException',
      });
      break;
    }
  });
});

describe('ML-DSA', () => {
  it.each(['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'])('%s signs what a reader of FIPS 204 takes', async (spec) => {
    const { id, publicKey } = await signingKey(spec);
    const SigningAlgorithm = 'ML_DSA_SHAKE_256';
    const { body } = await call('Sign', { KeyId: id, SigningAlgorithm, Message: MESSAGE });
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    expect(verifyAlone(null, MESSAGE, key, Buffer.from(body.Signature, 'base64'))).toBe(true);

    // FIPS 204, algorithm 7 line 6: mu over the hash of the public key, two zero bytes (no context) and the message.
    const shake = (...parts: Buffer[]) =>
      createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();
    const raw = Buffer.from((key.export({ format: 'jwk' }) as { pub: string }).pub, 'base64url');
    const mu = shake(shake(raw), Buffer.alloc(2), MESSAGE);
    const byMu = { KeyId: id, SigningAlgorithm, Message: mu, MessageType: 'EXTERNAL_MU' };
    const { Signature } = (await call('Sign', byMu)).body;
    expect(verifyAlone(null, MESSAGE, key, Buffer.from(Signature, 'base64'))).toBe(true);
    expect(await call('Verify', { ...byMu, Signature: body.Signature })).toMatchObject({ status: 200 });
    const short = { ...byMu, Message: mu.subarray(1) };
    expect(await call('Sign', short)).toMatchObject({ type: 'ValidationException' });
  });
});

describe('Sign and Verify', () => {
  it.each([
    ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', 'DIGEST', 64],
    ['ECC_NIST_EDWARDS25519', 'ED25519_PH_SHA_512', 'RAW', 64],
    ['ECC_NIST_P256', 'ECDSA_SHA_256', 'EXTERNAL_MU', 64],
    ['ML_DSA_44', 'ML_DSA_SHAKE_256', 'DIGEST', 64],
  ])('%s with %s takes no message of type %s', async (spec, SigningAlgorithm, MessageType, length) => {
    const { id } = await signingKey(spec);
    const asked = { KeyId: id, SigningAlgorithm, MessageType, Message: Buffer.alloc(length) };
    expect(await call('Sign', asked)).toMatchObject({ status: 400, type: 'ValidationException' });
    expect(await call('Verify', { ...asked, Signature: Buffer.alloc(64) })).toMatchObject({
      status: 400,
      type: 'ValidationException',
    });
  });

  it('tell state before usage, and usage before the algorithm', async () => {
    const { body } = await call('CreateKey', {});
    const { KeyId, Arn } = body.KeyMetadata;
    const asked = { KeyId, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' };
    const wrongUsage = (operation: string) => ({
      type: 'InvalidKeyUsageException',
      text: `${Arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
    });
    expect(await call('Sign', asked)).toMatchObject(wrongUsage('Sign'));
    expect(await call('Verify', { ...asked, Signature: 'eA==' })).toMatchObject(wrongUsage('Verify'));
    await call('DisableKey', { KeyId });
    expect(await call('Sign', asked)).toMatchObject({ type: 'DisabledException' });
    const { id } = await signingKey('ECC_NIST_P256');
    const otherAlgorithm = { KeyId: id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_384', MessageType: 'DIGEST' };
    expect(await call('Sign', otherAlgorithm)).toMatchObject({
      type: 'InvalidKeyUsageException',
      text: 'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
    });
  });

  it('check dry runs like others, the signature too, and hand nothing out', async () => {
    const { id } = await signingKey('ECC_NIST_P256');
    const asked = { KeyId: id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = (await call('Sign', asked)).body;
    const tried = await call('Sign', { ...asked, DryRun: true });
    expect(tried).toMatchObject({ status: 400, type: 'DryRunOperationException' });
    expect(tried.body).not.toHaveProperty('Signature');
    expect(await call('Verify', { ...asked, Signature, DryRun: true })).toMatchObject({
      type: 'DryRunOperationException',
    });
    const other = { ...asked, Message: Buffer.from('x'), Signature, DryRun: true };
    expect(await call('Verify', other)).toMatchObject({ type: 'KMSInvalidSignatureException' });
  });

  it('take 1 to 4096 bytes', async () => {
    const { id } = await signingKey('ECC_NIST_P256');
    const sign = (length: number) =>
      call('Sign', { KeyId: id, Message: Buffer.alloc(length, 1), SigningAlgorithm: 'ECDSA_SHA_256' });
    expect(await sign(1)).toMatchObject({ status: 200 });
    expect(await sign(4096)).toMatchObject({ status: 200 });
    expect(await sign(0)).toMatchObject({ type: 'ValidationException' });
    expect(await sign(4097)).toMatchObject({ type: 'ValidationException' });
  });
});

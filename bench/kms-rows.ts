import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  SignCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';

/** A request that is sent over and over, and the proof that its answer is right. */
export interface Prepared {
  readonly operation: string;
  readonly input: object;
  /** @throws the answer is not what it must be */
  readonly check: (answer: Readonly<Record<string, string>>) => void | Promise<void>;
}

/** One benchmark: an operation on a key of its own. */
export interface Row {
  readonly name: string;
  /** CPU of a request, as a multiple of the floor's or the peer's, that it should not exceed. */
  readonly aim?: number;
  /** What it is compared with in place of the floor. */
  readonly peer?: { readonly name: string; prepare(kms: KMSClient, owner: Owner): Promise<Prepared> };
  prepare(kms: KMSClient, owner: Owner): Promise<Prepared>;
}

interface Owner {
  readonly accountId: string;
}

const PLAINTEXT = randomBytes(1024);
const EXPECTED = PLAINTEXT.toString('base64');
const SIGNING = 'ECDSA_SHA_256';

async function newKey(kms: KMSClient, input: ConstructorParameters<typeof CreateKeyCommand>[0] = {}): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return KeyMetadata?.KeyId as string;
}

async function opens(
  kms: KMSClient,
  blob: string | undefined,
  EncryptionContext: Record<string, string> = {},
): Promise<string> {
  const CiphertextBlob = Buffer.from(blob ?? '', 'base64');
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  return Buffer.from(opened.Plaintext ?? []).toString('base64');
}

function must(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(what);
}

const CONTEXT = { tenant: 'acme', purpose: 'bench' };

/** What people write who hold a key to addresses, tenants and principals: every use looks at all of it. */
function conditionalPolicy(accountId: string): string {
  const uses = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'];
  const everybody = { Effect: 'Deny', Principal: '*', Action: uses, Resource: '*' };
  const denials = [
    { NotIpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128', '10.0.0.0/8'] } },
    { StringNotEquals: { 'kms:EncryptionContext:tenant': ['acme', 'initech'] } },
    { 'ForAnyValue:StringNotEquals': { 'kms:EncryptionContextKeys': ['tenant', 'purpose'] } },
    { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:user/\${aws:username}` } },
  ];
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' },
    ...denials.map((Condition) => ({ ...everybody, Condition })),
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** Encrypt with an encryption context, under a policy or the default one. */
async function encryptInContext(kms: KMSClient, Policy?: string): Promise<Prepared> {
  const KeyId = await newKey(kms, { ...(Policy !== undefined && { Policy }) });
  return {
    operation: 'Encrypt',
    input: { KeyId, Plaintext: EXPECTED, EncryptionContext: CONTEXT },
    check: async ({ CiphertextBlob }) =>
      must((await opens(kms, CiphertextBlob, CONTEXT)) === EXPECTED, 'it does not decrypt to itself'),
  };
}

/** Every benchmark, in the order in which they run. */
export const ROWS: readonly Row[] = [
  {
    name: 'Encrypt 1 KiB',
    async prepare(kms) {
      const KeyId = await newKey(kms);
      return {
        operation: 'Encrypt',
        input: { KeyId, Plaintext: EXPECTED },
        check: async ({ CiphertextBlob }) =>
          must((await opens(kms, CiphertextBlob)) === EXPECTED, 'what was encrypted does not decrypt to itself'),
      };
    },
  },
  {
    name: 'Encrypt, 4 conditions',
    aim: 1.08,
    peer: { name: 'the same under the default policy', prepare: (kms) => encryptInContext(kms) },
    prepare: (kms, { accountId }) => encryptInContext(kms, conditionalPolicy(accountId)),
  },
  {
    name: 'Decrypt 1 KiB',
    async prepare(kms) {
      const KeyId = await newKey(kms);
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
      return {
        operation: 'Decrypt',
        input: { CiphertextBlob: Buffer.from(CiphertextBlob ?? []).toString('base64') },
        check: ({ Plaintext }) => must(Plaintext === EXPECTED, 'it decrypts to something else'),
      };
    },
  },
  {
    name: 'GenerateDataKey AES-256',
    async prepare(kms) {
      const KeyId = await newKey(kms);
      return {
        operation: 'GenerateDataKey',
        input: { KeyId, KeySpec: 'AES_256' },
        check: async ({ CiphertextBlob, Plaintext }) =>
          must((await opens(kms, CiphertextBlob)) === Plaintext, 'the data key does not open again'),
      };
    },
  },
  {
    name: 'Sign P-256, 1 KiB',
    async prepare(kms) {
      const KeyId = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
      return {
        operation: 'Sign',
        input: { KeyId, Message: EXPECTED, SigningAlgorithm: SIGNING },
        check: ({ Signature = '' }) =>
          must(verify('sha256', PLAINTEXT, key, Buffer.from(Signature, 'base64')), 'the signature does not verify'),
      };
    },
  },
  {
    name: 'Sign RSA-4096, digest',
    async prepare(kms) {
      const KeyId = await newKey(kms, { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' });
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
      const Message = createHash('sha256').update(PLAINTEXT).digest('base64');
      return {
        operation: 'Sign',
        input: { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
        check: ({ Signature = '' }) =>
          must(verify('sha256', PLAINTEXT, key, Buffer.from(Signature, 'base64')), 'the signature does not verify'),
      };
    },
  },
  {
    name: 'Verify P-256, 1 KiB',
    async prepare(kms) {
      const KeyId = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
      const asked = { KeyId, Message: PLAINTEXT, SigningAlgorithm: SIGNING } as const;
      const { Signature } = await kms.send(new SignCommand(asked));
      return {
        operation: 'Verify',
        input: { ...asked, Message: EXPECTED, Signature: Buffer.from(Signature ?? []).toString('base64') },
        check: ({ SignatureValid }) => must(String(SignatureValid) === 'true', 'the signature does not verify'),
      };
    },
  },
];

import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attestationDocument,
  recipientPair,
  REGISTERS,
  testRoot,
  type Departure,
} from '../../attestation/enclave.fixture.ts';
import { verifyAttestation } from '../../attestation/verify.ts';
import { World, type Account } from './endpoint.fixture.ts';
import { INPUTS, SHAPES, type OperationName } from './model.gen.ts';
import { IMPLEMENTED } from './operations/requests.fixture.ts';
import { recipientValues } from './recipient-conditions.ts';

let world: World;
let account: Account;
let keyId: string;
let folder: string;

beforeAll(async () => {
  world = new World();
  account = await world.account();
  keyId = (await world.call(account.admin, 'CreateKey')).body.KeyMetadata.KeyId;
  folder = mkdtempSync(join(tmpdir(), 'keystead-recipient-'));
  writeFileSync(join(folder, 'key.pem'), recipientPair().privateKey.export({ format: 'pem', type: 'pkcs8' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const recipient = (departure: Partial<Departure> = {}) => ({
  KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  AttestationDocument: attestationDocument({ nowMs: world.clock(), ...departure }),
});

/** What the enclave makes of an answer: OpenSSL opens it with the enclave's key. */
function open(ciphertextForRecipient: string): Buffer {
  const args = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-inkey', join(folder, 'key.pem')];
  return execFileSync('openssl', args, { input: Buffer.from(ciphertextForRecipient, 'base64') });
}

interface Case {
  readonly input: () => object | Promise<object>;
  /** The member that is not there any more. */
  readonly secret: string;
  /** All members that are. */
  readonly members: readonly string[];
  readonly isRight: (secret: Buffer, answer: Readonly<Record<string, unknown>>) => unknown;
}

const plaintext = Buffer.from('for the enclave alone');
const peer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CASES: { readonly [N in OperationName]?: Case } = {
  Decrypt: {
    input: async () => ({
      CiphertextBlob: (await world.call(account.admin, 'Encrypt', { KeyId: keyId, Plaintext: plaintext })).body
        .CiphertextBlob,
    }),
    secret: 'Plaintext',
    members: ['KeyId', 'EncryptionAlgorithm', 'CiphertextForRecipient'],
    isRight: (secret) => expect(secret).toEqual(plaintext),
  },
  GenerateDataKey: {
    input: () => ({ KeyId: keyId, KeySpec: 'AES_256' }),
    secret: 'Plaintext',
    members: ['KeyId', 'CiphertextBlob', 'CiphertextForRecipient'],
    isRight: async (secret, { CiphertextBlob }) => {
      const opened = await world.call(account.admin, 'Decrypt', { CiphertextBlob });
      expect(opened.body.Plaintext).toBe(secret.toString('base64'));
    },
  },
  GenerateDataKeyPair: {
    input: () => ({ KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' }),
    secret: 'PrivateKeyPlaintext',
    members: ['KeyId', 'KeyPairSpec', 'PublicKey', 'PrivateKeyCiphertextBlob', 'CiphertextForRecipient'],
    isRight: (secret, { PublicKey }) => {
      const privateKey = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' });
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      expect(spki.toString('base64')).toBe(PublicKey);
    },
  },
  DeriveSharedSecret: {
    input: async () => {
      const { KeyId } = (
        await world.call(account.admin, 'CreateKey', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
      ).body.KeyMetadata;
      const PublicKey = peer.publicKey.export({ format: 'der', type: 'spki' });
      return { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey };
    },
    secret: 'SharedSecret',
    members: ['KeyId', 'KeyAgreementAlgorithm', 'KeyOrigin', 'CiphertextForRecipient'],
    isRight: async (secret, { KeyId }) => {
      const { body } = await world.call(account.admin, 'GetPublicKey', { KeyId });
      const publicKey = createPublicKey({ key: Buffer.from(body.PublicKey, 'base64'), format: 'der', type: 'spki' });
      expect(secret).toEqual(diffieHellman({ privateKey: peer.privateKey, publicKey }));
    },
  },
  GenerateRandom: {
    input: () => ({ NumberOfBytes: 77 }),
    secret: 'Plaintext',
    members: ['CiphertextForRecipient'],
    isRight: (secret) => expect(secret).toHaveLength(77),
  },
};

const membersOf = (name: OperationName): readonly string[] => {
  const shape = SHAPES[INPUTS[name]];
  return shape?.type === 'structure' ? shape.members.map((member) => member.name) : [];
};
const ATTESTED = IMPLEMENTED.filter((name) => membersOf(name).includes('Recipient'));

describe.each(ATTESTED)('%s for an attested recipient', (name) => {
  it('answers the secret encrypted to the key of the document, and not in clear', async () => {
    const { input, secret, members, isRight } = CASES[name] as Case;
    const { status, body } = await world.call(account.admin, name, { ...(await input()), Recipient: recipient() });
    expect([status, Object.keys(body).toSorted()]).toEqual([200, members.toSorted()]);
    const answer = body as unknown as Readonly<Record<string, unknown>>;
    expect(answer).not.toHaveProperty(secret);
    await isRight(open(answer['CiphertextForRecipient'] as string), answer);
  });

  it('is refused with a document that proves nothing', async () => {
    const input = await (CASES[name] as Case).input();
    const stale = recipient({ payload: { timestamp: world.clock() - 301_000 } });
    const answer = await world.call(account.admin, name, { ...input, Recipient: stale });
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' });
    expect(answer.text).toMatch(/^The attestation document is not of this time/);
  });
});

describe('Recipient', () => {
  const ask = (Recipient: object) => world.call(account.admin, 'GenerateRandom', { NumberOfBytes: 1, Recipient });

  it.each<[string, () => object, string]>([
    [
      'no document',
      () => ({}),
      `1 validation error detected: Value null at 'recipient.attestationDocument' failed to satisfy constraint: Member must not be null`,
    ],
    [
      'nonsense',
      () => ({ AttestationDocument: Buffer.from('x') }),
      'The attestation document is not CBOR in its strict form.',
    ],
    [
      'no key',
      () => recipient({ payload: { public_key: null } }),
      'The attestation document has no public_key, so there is nobody to encrypt the answer to.',
    ],
    [
      'another root',
      () => recipient({ certificates: { 0: { wrongSigner: true } } }),
      'The attestation document is not trusted. Its first certificate is not a root that is trusted here. Further roots are set by KEYSTEAD_ATTESTATION_ROOTS.',
    ],
    [
      'a forged signature',
      () => recipient({ signature: new Uint8Array(96) }),
      'The attestation document was not signed by its own certificate.',
    ],
  ])('is refused with %s', async (_, made, text) => {
    expect(await ask(made())).toMatchObject({ status: 400, type: 'ValidationException', text });
  });

  it('takes one algorithm, which may be left unsaid', async () => {
    const { AttestationDocument } = recipient();
    expect(await ask({ AttestationDocument })).toMatchObject({ status: 200 });
    const other = await ask({ AttestationDocument, KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' });
    expect(other).toMatchObject({ status: 400, type: 'ValidationException' });
  });

  it('gets what was encrypted to a key pair, too', async () => {
    const spec = { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' };
    const { KeyId } = (await world.call(account.admin, 'CreateKey', spec)).body.KeyMetadata;
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
    const sealed = await world.call(account.admin, 'Encrypt', { KeyId, Plaintext: plaintext, EncryptionAlgorithm });
    const { CiphertextBlob } = sealed.body;
    const asked = { KeyId, CiphertextBlob, EncryptionAlgorithm, Recipient: recipient() };
    const { body } = await world.call(account.admin, 'Decrypt', asked);
    expect(Object.keys(body).toSorted()).toEqual(['CiphertextForRecipient', 'EncryptionAlgorithm', 'KeyId']);
    expect(open(body.CiphertextForRecipient)).toEqual(plaintext);
  });

  it('counts with DryRun too', async () => {
    const input = { KeyId: keyId, KeySpec: 'AES_256', DryRun: true };
    const dry = await world.call(account.admin, 'GenerateDataKey', { ...input, Recipient: recipient() });
    expect(dry.type).toBe('DryRunOperationException');
    const stale = recipient({ payload: { timestamp: 1 } });
    const refused = await world.call(account.admin, 'GenerateDataKey', { ...input, Recipient: stale });
    expect(refused.type).toBe('ValidationException');
  });

  it('is recorded with what was measured in it', async () => {
    const entries = await recordedBy(() => ask(recipient()));
    expect(entries).toEqual([
      {
        recipient: {
          module: 'i-0123456789abcdef0-enc0123456789abcdef',
          platform: 'nitro-enclave',
          registers: Object.fromEntries([0, 1, 2, 3, 4].map((i) => [i, `0${i + 1}`.repeat(48)])),
        },
      },
    ]);
  });
});

/** In front of the details of an entry. */
const SALT_BYTES = 16;

/** What the entries of a request say of it besides its outcome. */
async function recordedBy(request: () => Promise<unknown>): Promise<unknown[]> {
  const before = world.store.entries().length;
  await request();
  return world.store
    .entries()
    .slice(before)
    .map(
      ({ details }) =>
        (JSON.parse(details.subarray(SALT_BYTES).toString('utf8')) as { readonly request?: unknown }).request,
    );
}

describe('what policies can ask of a recipient', () => {
  const attested = (payload: { readonly [member: string]: unknown }) => {
    const nowMs = world.clock();
    return verifyAttestation(attestationDocument({ nowMs, payload }), [testRoot(nowMs)], nowMs);
  };
  const image = '01'.repeat(48);

  it.each<[string, string, readonly string[] | undefined]>([
    ['enclave', 'imagesha384', [image]],
    ['enclave', 'pcr0', [image]],
    ['enclave', 'pcr15', ['00'.repeat(48)]],
    ['enclave', 'pcr16', undefined],
    ['enclave', 'pcr00', undefined],
    ['enclave', 'pcr', undefined],
    ['enclave', 'nitrotpmpcr0', undefined],
    ['tpm', 'nitrotpmpcr4', ['05'.repeat(48)]],
    ['tpm', 'pcr4', undefined],
    ['tpm', 'imagesha384', undefined],
    ['nobody', 'imagesha384', undefined],
    ['nobody', 'nitrotpmpcr4', undefined],
  ])('%s: %s', async (who, key, values) => {
    const documents = { enclave: {}, tpm: { pcrs: undefined, nitrotpm_pcrs: REGISTERS } };
    const recipientIs = who === 'nobody' ? undefined : await attested(documents[who as keyof typeof documents]);
    expect(recipientValues(recipientIs, `kms:recipientattestation:${key}`)).toEqual(values);
  });
});

describe('a key policy', () => {
  it.each<[string, string, boolean]>([
    ['ImageSha384', Buffer.from(REGISTERS.get(0) as Uint8Array).toString('hex'), true],
    ['ImageSha384', '00'.repeat(48), false],
    ['PCR0', Buffer.from(REGISTERS.get(0) as Uint8Array).toString('hex'), true],
    ['NitroTPMPCR0', Buffer.from(REGISTERS.get(0) as Uint8Array).toString('hex'), false],
  ])('that asks for %s %s lets the enclave decrypt: %s', async (name, value, isAllowed) => {
    const Principal = { AWS: account.admin.principal.arn };
    const Condition = { StringEqualsIgnoreCase: { [`kms:RecipientAttestation:${name}`]: value.toUpperCase() } };
    const Statement = [
      { Effect: 'Allow', Principal, Action: ['kms:PutKeyPolicy', 'kms:Encrypt'], Resource: '*' },
      { Effect: 'Allow', Principal, Action: 'kms:Decrypt', Resource: '*', Condition },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    const { KeyId } = (await world.call(account.admin, 'CreateKey', { Policy })).body.KeyMetadata;
    const sealed = await world.call(account.admin, 'Encrypt', { KeyId, Plaintext: plaintext });
    const { CiphertextBlob } = sealed.body;
    const asked = await world.call(account.admin, 'Decrypt', { CiphertextBlob, Recipient: recipient() });
    expect(asked.type).toBe(isAllowed ? undefined : 'AccessDeniedException');
    const inClear = await world.call(account.admin, 'Decrypt', { CiphertextBlob });
    expect(inClear.type).toBe('AccessDeniedException');
  });
});

describe('policies that ask for an attested recipient', () => {
  const image = '01'.repeat(48);
  const other = new Map([...REGISTERS, [0, new Uint8Array(48).fill(9)]] as const);
  const condition = { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': image } };

  it.each<[string, () => object | undefined, object, number]>([
    ['no recipient', () => undefined, condition, 400],
    ['the image that they name', () => recipient(), condition, 200],
    [
      'the image, in capitals',
      () => recipient(),
      { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:PCR4': '05'.repeat(48).toUpperCase() } },
      200,
    ],
    ['another image', () => recipient({ payload: { pcrs: other } }), condition, 400],
    ['a virtual TPM', () => recipient({ payload: { pcrs: undefined, nitrotpm_pcrs: REGISTERS } }), condition, 400],
    [
      'the virtual TPM that they name',
      () => recipient({ payload: { pcrs: undefined, nitrotpm_pcrs: REGISTERS } }),
      { StringEquals: { 'kms:RecipientAttestation:NitroTPMPCR4': '05'.repeat(48) } },
      200,
    ],
    ['a document that proves nothing', () => recipient({ signature: new Uint8Array(96) }), condition, 400],
  ])('are asked of a request with %s', async (_, made, Condition, status) => {
    const { KeyId } = (await world.call(account.admin, 'CreateKey')).body.KeyMetadata;
    const Statement = [
      { Effect: 'Allow', Principal: { AWS: account.accountId }, Action: 'kms:PutKeyPolicy', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: { AWS: account.admin.principal.arn },
        Action: 'kms:GenerateDataKey',
        Resource: '*',
        Condition,
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    expect(await world.call(account.admin, 'PutKeyPolicy', { KeyId, Policy })).toMatchObject({ status: 200 });
    const Recipient = made();
    const answer = await world.call(account.admin, 'GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      ...(Recipient && { Recipient }),
    });
    expect(answer.status).toBe(status);
    expect(answer.body).not.toHaveProperty('Plaintext');
  });
});

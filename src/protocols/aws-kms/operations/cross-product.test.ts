import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEY_SPECS } from '../../../crypto/key-spec.ts';
import { MAC_ALGORITHMS } from '../../../crypto/mac.ts';
import { SIGNING_ALGORITHMS } from '../../../crypto/signing.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

/** Larger RSA keys differ in nothing but time. */
const SPECS = KEY_SPECS.filter(({ name, isUnknownToAws }) => !isUnknownToAws && !/rsa-[34]/.test(name));
const KINDS = SPECS.flatMap(({ aws, usages }) => usages.map((usage) => [aws, usage] as const));

const PEER = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });
const BYTES = Buffer.alloc(64, 0x51);
const DIGEST = BYTES.subarray(0, 32);

/** Every use of a key with every value of every enumeration, whether or not they go together. */
const REQUESTS: readonly (readonly [OperationName, object])[] = [
  ['GetPublicKey', {}],
  ...Object.keys(SIGNING_ALGORITHMS).flatMap((SigningAlgorithm) =>
    ['RAW', 'DIGEST', 'EXTERNAL_MU'].flatMap((MessageType) =>
      [DIGEST, BYTES].flatMap((Message) => [
        ['Sign', { Message, MessageType, SigningAlgorithm }] as const,
        ['Verify', { Message, MessageType, SigningAlgorithm, Signature: BYTES }] as const,
      ]),
    ),
  ),
  ...Object.keys(MAC_ALGORITHMS).flatMap((MacAlgorithm) => [
    ['GenerateMac', { Message: BYTES, MacAlgorithm }] as const,
    ['VerifyMac', { Message: BYTES, MacAlgorithm, Mac: DIGEST }] as const,
  ]),
  ...['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE', undefined].flatMap(
    (EncryptionAlgorithm) => [
      ['Encrypt', { Plaintext: BYTES, EncryptionAlgorithm }] as const,
      ['Decrypt', { CiphertextBlob: Buffer.alloc(256, 1), EncryptionAlgorithm }] as const,
    ],
  ),
  ['DeriveSharedSecret', { KeyAgreementAlgorithm: 'ECDH', PublicKey: PEER }],
  ['Encapsulate', { EncapsulationAlgorithm: 'ML_KEM' }],
  ['Decapsulate', { EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob: Buffer.alloc(1088, 1) }],
  ['GenerateDataKey', { KeySpec: 'AES_256' }],
  ['GenerateDataKeyPair', { KeyPairSpec: 'ECC_NIST_P256' }],
  ['RotateKeyOnDemand', {}],
  ['EnableKeyRotation', {}],
  ['ListKeyRotations', {}],
];

/** Which operations are for which usage: no other succeeds. */
const FOR_USAGE: Readonly<Record<string, readonly OperationName[]>> = {
  'sign-verify': ['Sign'],
  'generate-verify-mac': ['GenerateMac'],
  'key-agreement': ['DeriveSharedSecret'],
  'encapsulate-decapsulate': ['Encapsulate', 'Decapsulate'],
};
const SYMMETRIC: readonly OperationName[] = [
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'RotateKeyOnDemand',
  'EnableKeyRotation',
  'ListKeyRotations',
];

let world: World;
let one: Account;

beforeAll(async () => {
  world = new World();
  one = await world.account();
});

describe.each(KINDS)('%s for %s', (spec, usage) => {
  it('answers or refuses whatever it is asked, and fails at nothing', async () => {
    const KeyUsage = usage.toUpperCase().replaceAll('-', '_');
    const { body } = await world.call(one.admin, 'CreateKey', { KeySpec: spec, KeyUsage });
    const { KeyId } = body.KeyMetadata;
    const done = new Set<string>();
    for (const [operation, input] of REQUESTS) {
      const answer = await world.call(one.admin, operation, { KeyId, ...input });
      expect([operation, input, answer.status]).toEqual([operation, input, answer.status === 200 ? 200 : 400]);
      if (answer.status === 200) done.add(operation);
    }
    const isSecret = spec === 'SYMMETRIC_DEFAULT' || spec.startsWith('HMAC');
    const others =
      usage === 'encrypt-decrypt' ? (spec === 'SYMMETRIC_DEFAULT' ? SYMMETRIC : ['Encrypt']) : FOR_USAGE[usage];
    const allowed = new Set<string>([...(isSecret ? [] : ['GetPublicKey']), ...(others ?? [])]);
    expect([...done].filter((operation) => !allowed.has(operation))).toEqual([]);
    expect(world.faults).toEqual([]);
  });
});

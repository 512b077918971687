import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowing, World, type Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import { SHAPES, type OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { IMPLEMENTED } from '../../src/protocols/aws-kms/operations/requests.fixture.ts';
import { CONTRACT } from './tour-client.fixture.ts';

/**
 * Parameters that do not go together: every key with every algorithm, size and form that the API has a word for. What
 * does not fit is refused in words that the operation's model knows, and nothing fails.
 */

interface Model {
  readonly operations: { readonly [name: string]: { readonly errors?: readonly { readonly shape: string }[] } };
}
const model = JSON.parse(readFileSync(CONTRACT, 'utf8')) as Model;

/** What any operation may answer besides what its model declares. */
const COMMON = ['ValidationException', 'AccessDeniedException', 'DependencyTimeoutException'];

const enumOf = (shape: string): readonly string[] => {
  const found = SHAPES[shape];
  return found !== undefined && 'enum' in found ? (found.enum ?? []) : [];
};

const ENCRYPTION = [undefined, ...enumOf('EncryptionAlgorithmSpec')];
const SIGNING = enumOf('SigningAlgorithmSpec');
const MESSAGE_TYPES = [undefined, ...enumOf('MessageType')];
const MACS = enumOf('MacAlgorithmSpec');
// Those of 3072 and 4096 bits take long to make, and differ in nothing else.
const PAIRS = enumOf('DataKeyPairSpec').filter((spec) => !/^RSA_[34]/.test(spec));
const WRAPPING = enumOf('AlgorithmSpec');
const WRAPPING_KEYS = enumOf('WrappingKeySpec');
const SIZES = [1, 32, 48, 64, 4096];
const CIPHERTEXT_SIZES = [1, 64, 256, 1088, 6144];

const spkiOf = (type: 'ec' | 'rsa', options: object): Buffer =>
  generateKeyPairSync(type as 'ec', options as { namedCurve: string }).publicKey.export({
    format: 'der',
    type: 'spki',
  });
const PEERS = [
  spkiOf('ec', { namedCurve: 'P-256' }),
  spkiOf('ec', { namedCurve: 'P-384' }),
  spkiOf('ec', { namedCurve: 'secp256k1' }),
  spkiOf('rsa', { modulusLength: 2048 }),
  Buffer.of(0x30, 0x00),
  randomBytes(91),
];

/** Every combination of one of each list. */
function combinations(lists: { readonly [member: string]: readonly unknown[] }): object[] {
  return Object.entries(lists).reduce<object[]>(
    (made, [member, values]) =>
      made.flatMap((one) => values.map((value) => (value === undefined ? one : { ...one, [member]: value }))),
    [{}],
  );
}

const bytes = (sizes: readonly number[]): Buffer[] => sizes.map((size) => randomBytes(size));
const message = Buffer.from('message');

/** What is asked of each key. */
const ASKED: { readonly [N in OperationName]?: readonly object[] } = {
  Encrypt: combinations({ EncryptionAlgorithm: ENCRYPTION, Plaintext: bytes(SIZES) }),
  Decrypt: combinations({ EncryptionAlgorithm: ENCRYPTION, CiphertextBlob: bytes(CIPHERTEXT_SIZES) }),
  GenerateDataKey: combinations({
    KeySpec: [undefined, ...enumOf('DataKeySpec')],
    NumberOfBytes: [undefined, 1, 1024],
  }),
  GenerateDataKeyWithoutPlaintext: combinations({ KeySpec: enumOf('DataKeySpec'), NumberOfBytes: [undefined, 64] }),
  GenerateDataKeyPair: combinations({ KeyPairSpec: PAIRS }),
  GenerateDataKeyPairWithoutPlaintext: combinations({ KeyPairSpec: PAIRS, EncryptionContext: [undefined, { a: 'b' }] }),
  Sign: combinations({ SigningAlgorithm: SIGNING, MessageType: MESSAGE_TYPES, Message: bytes(SIZES) }),
  Verify: combinations({
    SigningAlgorithm: SIGNING,
    MessageType: MESSAGE_TYPES,
    Message: bytes([32, 64]),
    Signature: bytes([64, 256]),
  }),
  GenerateMac: combinations({ MacAlgorithm: MACS, Message: bytes([1, 4096]) }),
  VerifyMac: combinations({ MacAlgorithm: MACS, Message: [message], Mac: bytes([1, 28, 32, 48, 64, 65]) }),
  DeriveSharedSecret: combinations({ KeyAgreementAlgorithm: enumOf('KeyAgreementAlgorithmSpec'), PublicKey: PEERS }),
  Encapsulate: combinations({ EncapsulationAlgorithm: enumOf('EncapsulationAlgorithmSpec') }),
  Decapsulate: combinations({
    EncapsulationAlgorithm: enumOf('EncapsulationAlgorithmSpec'),
    SharedSecretCiphertextBlob: bytes(CIPHERTEXT_SIZES),
  }),
  GetPublicKey: [{}],
  GetParametersForImport: combinations({ WrappingAlgorithm: WRAPPING, WrappingKeySpec: WRAPPING_KEYS }),
  EnableKeyRotation: combinations({ RotationPeriodInDays: [undefined, 90, 2560] }),
  GetKeyRotationStatus: [{}],
  ListKeyRotations: combinations({ IncludeKeyMaterial: enumOf('IncludeKeyMaterial') }),
  DisableKeyRotation: [{}],
  RotateKeyOnDemand: [{}],
  DeleteImportedKeyMaterial: [{}],
  ReplicateKey: [{ ReplicaRegion: 'eu-west-1' }],
  UpdatePrimaryRegion: [{ PrimaryRegion: 'eu-west-1' }],
  CreateGrant: combinations({ Operations: enumOf('GrantOperation').map((name) => [name]) }),
};

/** Specs and usages of which one of each family is enough. */
const KEYS = combinations({
  KeySpec: enumOf('KeySpec').filter((spec) => !/^RSA_[34]/.test(spec)),
  KeyUsage: enumOf('KeyUsageType'),
}) as { readonly KeySpec: string; readonly KeyUsage: string }[];

let world: World;
let account: Account;
const all = [allowing('kms:*')];

/** Asks, and answers the type of the refusal if there is one. */
async function typeOf(operation: OperationName, input: object): Promise<string | undefined> {
  const { status, type } = await world.callAs(account, all, operation, input);
  expect([operation, status === 200 || status === 400, world.faults]).toEqual([operation, true, []]);
  return type;
}

/** A refusal in words that the model of the operation does not know. */
function undeclared(operation: OperationName, type: string | undefined): boolean {
  const declared = model.operations[operation]?.errors?.map(({ shape }) => shape) ?? [];
  return type !== undefined && !declared.includes(type) && !COMMON.includes(type);
}

describe('a key of each spec and usage', () => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });

  it.each(KEYS)('$KeySpec for $KeyUsage', async (kind) => {
    const made = await world.callAs(account, all, 'CreateKey', kind);
    expect(['none', 'ValidationException', 'UnsupportedOperationException']).toContain(made.type ?? 'none');
    if (made.status !== 200) return;
    const KeyId = made.body.KeyMetadata.Arn;
    const GranteePrincipal = `arn:aws:iam::${account.accountId}:root`;
    const strange = new Set<string>();
    for (const operation of IMPLEMENTED) {
      for (const asked of ASKED[operation] ?? []) {
        const input = operation === 'CreateGrant' ? { KeyId, GranteePrincipal, ...asked } : { KeyId, ...asked };
        const type = await typeOf(operation, input);
        if (undeclared(operation, type)) strange.add(`${operation}: ${type}`);
      }
    }
    expect([...strange]).toEqual([]);
  });
});

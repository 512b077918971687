import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { generateMaterial } from '../../../crypto/key-material.ts';
import { keySpecByAwsName, type KeyUsage } from '../../../crypto/key-spec.ts';
import { wrapForImport } from '../../../keys/key-space.fixture.ts';
import type { World, Account, Answer } from '../endpoint.fixture.ts';
import { REGION, TOKENS, TRUST_ANCHOR } from '../endpoint.fixture.ts';
import type { KeySpec, KeyUsageType, OperationName } from '../model.gen.ts';
import { OPERATIONS } from '../operations.ts';

/** In {@link REPLICA_REGION} it has a replica, in {@link FREE_REGION} it has none. */
export const MULTI_REGION = 'multi-Region';
export const REPLICA_REGION = 'eu-west-1';
export const FREE_REGION = 'eu-north-1';

/** Keys in the states that a key can be in: generated and imported ones. */
export type Kind =
  | 'enabled'
  | 'disabled'
  | 'pending deletion'
  | 'imported'
  | 'imported, disabled'
  | 'pending import'
  | 'imported, pending deletion'
  | typeof MULTI_REGION;

/** A key made for one test, with everything that requests about it need. */
export interface Prepared {
  readonly id: string;
  readonly arn: string;
  readonly alias: string;
  readonly aliasArn: string;
  /** A ciphertext from the time when it was enabled. */
  readonly blob: string;
  readonly importToken: string;
  readonly encryptedMaterial: string;
  /** Another key, enabled, of the same account. */
  readonly otherId: string;
  readonly otherBlob: string;
  /** A grant on it, for its account as a whole. */
  readonly grantId: string;
  readonly rootArn: string;
  /** A custom key store in a token, for operations on one. */
  readonly keyStoreId: string;
  readonly keyStoreName: string;
}

export const MATERIAL = Buffer.alloc(32, 0x42);
let serial = 0;

/** Does what must succeed for a test to make sense. */
async function must<N extends OperationName>(answer: Promise<Answer<N>>): Promise<Answer<N>['body']> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`the set-up of a test was refused: ${JSON.stringify(body)}`);
  return body;
}

/** What CreateKey is told of a key's kind. */
export interface Spec {
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsageType;
}

const SYMMETRIC_SPEC: Spec = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };
const P256_SIGNING: Spec = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const P256_AGREEMENT: Spec = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' };
const HMAC: Spec = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const ML_KEM: Spec = { KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' };

/** Which spec a key has on which {@link REQUESTS} succeed, where it is not a symmetric one. */
export const SPECS: { readonly [N in OperationName]?: Spec } = {
  GetPublicKey: P256_SIGNING,
  Sign: P256_SIGNING,
  Verify: P256_SIGNING,
  GenerateMac: HMAC,
  VerifyMac: HMAC,
  DeriveSharedSecret: P256_AGREEMENT,
  Encapsulate: ML_KEM,
  Decapsulate: ML_KEM,
};

type Call = <N extends OperationName>(operation: N, input: object) => Promise<Answer<N>['body']>;

/** What a key gives while it can be used, by its usage: a ciphertext, a signature, a MAC; in base64. */
const FRUITS: Record<KeyUsageType, (call: Call, KeyId: string, algorithm: string) => Promise<string>> = {
  ENCRYPT_DECRYPT: async (call, KeyId, EncryptionAlgorithm) =>
    (await call('Encrypt', { KeyId, Plaintext: plaintext, EncryptionAlgorithm })).CiphertextBlob,
  SIGN_VERIFY: async (call, KeyId, SigningAlgorithm) =>
    (await call('Sign', { KeyId, Message: plaintext, SigningAlgorithm })).Signature,
  GENERATE_VERIFY_MAC: async (call, KeyId, MacAlgorithm) =>
    (await call('GenerateMac', { KeyId, Message: plaintext, MacAlgorithm })).Mac,
  KEY_AGREEMENT: async () => Buffer.from('nothing').toString('base64'),
  ENCAPSULATE_DECAPSULATE: async (call, KeyId, EncapsulationAlgorithm) =>
    (await call('Encapsulate', { KeyId, EncapsulationAlgorithm })).SharedSecretCiphertextBlob,
};

/** The first algorithm of a spec and usage. */
function algorithmOf({ KeySpec, KeyUsage }: Spec): string {
  const usage = KeyUsage.toLowerCase().replaceAll('_', '-') as KeyUsage;
  return keySpecByAwsName(KeySpec)?.algorithms[usage]?.[0] as string;
}

/** A key on which the operation succeeds, or one of the same spec in another state. */
export function prepareFor(world: World, account: Account, operation: OperationName, kind?: Kind): Promise<Prepared> {
  return prepare(world, account, kind ?? NEEDS[operation] ?? 'enabled', SPECS[operation]).then(async (key) => ({
    ...key,
    ...(await prepareStore(world, account, operation)),
  }));
}

/** A custom key store for the operations on one that is there. */
export async function prepareStore(
  world: World,
  { admin }: Account,
  operation: OperationName,
): Promise<Partial<Prepared>> {
  if (!/^(?:Connect|Disconnect|Update|Describe|Delete)CustomKeyStores?$/.test(operation)) return {};
  const input = newStore();
  const { CustomKeyStoreId } = await must(world.call(admin, 'CreateCustomKeyStore', input));
  if (operation === 'DisconnectCustomKeyStore') {
    await must(world.call(admin, 'ConnectCustomKeyStore', { CustomKeyStoreId }));
  }
  return { keyStoreId: CustomKeyStoreId, keyStoreName: input.CustomKeyStoreName };
}

/** A request for a custom key store in a token that no other store is in. */
export function newStore() {
  const own = String(serial++).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  return {
    CustomKeyStoreName: `store-${own}`,
    CloudHsmClusterId: TOKENS + own.padStart(6, 'x'),
    TrustAnchorCertificate: TRUST_ANCHOR,
    KeyStorePassword: 'kmsPswd',
  };
}

/** Makes a key of a kind, through the API itself. */
export async function prepare(
  world: World,
  { admin, accountId, tenant }: Account,
  kind: Kind,
  spec: Spec = SYMMETRIC_SPEC,
): Promise<Prepared> {
  const call: Call = (operation, input) => must(world.call(admin, operation, input));
  const isImported = kind.startsWith('imported') || kind === 'pending import';
  const { KeyMetadata } = await call('CreateKey', {
    ...spec,
    ...(isImported && { Origin: 'EXTERNAL' }),
    ...(kind === MULTI_REGION && { MultiRegion: true }),
  });
  const { KeyId: id, Arn: arn } = KeyMetadata;
  if (kind === MULTI_REGION) {
    await world.ensureRegions(tenant, [REPLICA_REGION, FREE_REGION]);
    await call('ReplicateKey', { KeyId: id, ReplicaRegion: REPLICA_REGION });
  }
  const parameters = isImported ? await importInto(call, id, materialOf(spec)) : undefined;
  const alias = `alias/${kind.replaceAll(/[^a-z]/g, '-')}-${serial++}`;
  await call('CreateAlias', { AliasName: alias, TargetKeyId: id });
  const blob = await FRUITS[spec.KeyUsage](call, id, algorithmOf(spec));
  const other = await call('CreateKey', {});
  const otherId = other.KeyMetadata.KeyId;
  const otherBlob = await FRUITS.ENCRYPT_DECRYPT(call, otherId, 'SYMMETRIC_DEFAULT');
  const rootArn = `arn:aws:iam::${accountId}:root`;
  const parties = { GranteePrincipal: rootArn, RetiringPrincipal: rootArn };
  const grant = { KeyId: id, ...parties, Operations: ['DescribeKey'], Name: alias };
  const { GrantId: grantId } = await call('CreateGrant', grant);
  if (kind.endsWith('disabled')) await call('DisableKey', { KeyId: id });
  if (kind === 'pending import') await call('DeleteImportedKeyMaterial', { KeyId: id });
  if (kind.endsWith('pending deletion')) await call('ScheduleKeyDeletion', { KeyId: id });
  return {
    id,
    arn,
    alias,
    aliasArn: `arn:aws:kms:${REGION}:${accountId}:${alias}`,
    blob,
    importToken: parameters?.importToken ?? Buffer.from('no token').toString('base64'),
    encryptedMaterial: parameters?.encryptedMaterial ?? Buffer.from('no material').toString('base64'),
    otherId,
    otherBlob,
    grantId,
    rootArn,
    keyStoreId: 'cks-0123456789abcdef0',
    keyStoreName: 'no store',
  };
}

/** Material that its owner could bring for a key of this spec and usage. */
function materialOf(spec: Spec): Buffer {
  if (spec === SYMMETRIC_SPEC) return MATERIAL;
  const row = keySpecByAwsName(spec.KeySpec);
  const material = row && generateMaterial(row);
  if (material === undefined || material instanceof Promise)
    throw new TypeError('RSA material takes a test of its own');
  return material;
}

/** Imports {@link MATERIAL}. Answers what it takes to import it again. */
export async function importInto(
  call: Call,
  keyId: string,
  material: Buffer = MATERIAL,
  more: object = {},
): Promise<{ readonly importToken: string; readonly encryptedMaterial: string }> {
  const parameters = await call('GetParametersForImport', {
    KeyId: keyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  });
  const publicKey = createPublicKey({
    key: Buffer.from(parameters.PublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const encryptedMaterial = wrapForImport('RSAES_OAEP_SHA_256', publicKey, material).toString('base64');
  await call('ImportKeyMaterial', {
    KeyId: keyId,
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: encryptedMaterial,
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    ...more,
  });
  return { importToken: parameters.ImportToken, encryptedMaterial };
}

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
});
const plaintext = Buffer.from('plain');
/** Somebody else's public key on P-256. */
const PEER = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });

/** A request of each implemented operation that succeeds on an enabled key. `name` is how it names the key. */
export const REQUESTS: { readonly [N in OperationName]?: (name: string, key: Prepared) => object } = {
  CreateKey: () => ({ Tags: [{ TagKey: 'a', TagValue: 'b' }], Description: 'made' }),
  DescribeKey: (name) => ({ KeyId: name }),
  ListKeys: () => ({}),
  UpdateKeyDescription: (name) => ({ KeyId: name, Description: 'another' }),
  EnableKey: (name) => ({ KeyId: name }),
  DisableKey: (name) => ({ KeyId: name }),
  ScheduleKeyDeletion: (name) => ({ KeyId: name, PendingWindowInDays: 7 }),
  CancelKeyDeletion: (name) => ({ KeyId: name }),
  Encrypt: (name) => ({ KeyId: name, Plaintext: plaintext }),
  Decrypt: (name, { blob }) => ({ KeyId: name, CiphertextBlob: blob }),
  ReEncrypt: (name, { blob, otherId }) => ({ SourceKeyId: name, CiphertextBlob: blob, DestinationKeyId: otherId }),
  GenerateDataKey: (name) => ({ KeyId: name, KeySpec: 'AES_256' }),
  GenerateDataKeyWithoutPlaintext: (name) => ({ KeyId: name, NumberOfBytes: 64 }),
  GenerateDataKeyPair: (name) => ({ KeyId: name, KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyPairWithoutPlaintext: (name) => ({ KeyId: name, KeyPairSpec: 'ECC_NIST_P256' }),
  GetPublicKey: (name) => ({ KeyId: name }),
  Sign: (name) => ({ KeyId: name, Message: plaintext, SigningAlgorithm: 'ECDSA_SHA_256' }),
  Verify: (name, { blob }) => ({
    KeyId: name,
    Message: plaintext,
    Signature: blob,
    SigningAlgorithm: 'ECDSA_SHA_256',
  }),
  GenerateMac: (name) => ({ KeyId: name, Message: plaintext, MacAlgorithm: 'HMAC_SHA_256' }),
  VerifyMac: (name, { blob }) => ({ KeyId: name, Message: plaintext, Mac: blob, MacAlgorithm: 'HMAC_SHA_256' }),
  DeriveSharedSecret: (name) => ({ KeyId: name, KeyAgreementAlgorithm: 'ECDH', PublicKey: PEER }),
  Encapsulate: (name) => ({ KeyId: name, EncapsulationAlgorithm: 'ML_KEM' }),
  Decapsulate: (name, { blob }) => ({
    KeyId: name,
    SharedSecretCiphertextBlob: blob,
    EncapsulationAlgorithm: 'ML_KEM',
  }),
  GenerateRandom: () => ({ NumberOfBytes: 32 }),
  GetParametersForImport: (name) => ({
    KeyId: name,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  }),
  ImportKeyMaterial: (name, { importToken, encryptedMaterial }) => ({
    KeyId: name,
    ImportToken: importToken,
    EncryptedKeyMaterial: encryptedMaterial,
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  }),
  DeleteImportedKeyMaterial: (name) => ({ KeyId: name }),
  CreateAlias: (name) => ({ AliasName: `alias/new-${serial++}`, TargetKeyId: name }),
  UpdateAlias: (name, { alias }) => ({ AliasName: alias, TargetKeyId: name }),
  DeleteAlias: (_, { alias }) => ({ AliasName: alias }),
  ListAliases: (name) => ({ KeyId: name }),
  CreateGrant: (name, { rootArn }) => ({ KeyId: name, GranteePrincipal: rootArn, Operations: ['DescribeKey'] }),
  ListGrants: (name) => ({ KeyId: name }),
  ListRetirableGrants: (_, { rootArn }) => ({ RetiringPrincipal: rootArn }),
  RetireGrant: (name, { grantId }) => ({ KeyId: name, GrantId: grantId }),
  RevokeGrant: (name, { grantId }) => ({ KeyId: name, GrantId: grantId }),
  TagResource: (name) => ({ KeyId: name, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: (name) => ({ KeyId: name, TagKeys: ['a'] }),
  ListResourceTags: (name) => ({ KeyId: name }),
  GetKeyLastUsage: (name) => ({ KeyId: name }),
  GetKeyPolicy: (name) => ({ KeyId: name }),
  PutKeyPolicy: (name) => ({ KeyId: name, Policy: POLICY }),
  ListKeyPolicies: (name) => ({ KeyId: name }),
  EnableKeyRotation: (name) => ({ KeyId: name, RotationPeriodInDays: 90 }),
  DisableKeyRotation: (name) => ({ KeyId: name }),
  RotateKeyOnDemand: (name) => ({ KeyId: name }),
  ListKeyRotations: (name) => ({ KeyId: name }),
  GetKeyRotationStatus: (name) => ({ KeyId: name }),
  ReplicateKey: (name) => ({ KeyId: name, ReplicaRegion: FREE_REGION, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UpdatePrimaryRegion: (name) => ({ KeyId: name, PrimaryRegion: REPLICA_REGION }),
  CreateCustomKeyStore: newStore,
  ConnectCustomKeyStore: (_, { keyStoreId }) => ({ CustomKeyStoreId: keyStoreId }),
  DisconnectCustomKeyStore: (_, { keyStoreId }) => ({ CustomKeyStoreId: keyStoreId }),
  DescribeCustomKeyStores: (_, { keyStoreId }) => ({ CustomKeyStoreId: keyStoreId }),
  UpdateCustomKeyStore: (_, { keyStoreId }) => ({
    CustomKeyStoreId: keyStoreId,
    NewCustomKeyStoreName: `renamed-${serial++}`,
    KeyStorePassword: 'another1',
  }),
  DeleteCustomKeyStore: (_, { keyStoreId }) => ({ CustomKeyStoreId: keyStoreId }),
};

/** The kind of key on which {@link REQUESTS} succeed where it is not an enabled one. */
export const NEEDS: { readonly [N in OperationName]?: Kind } = {
  CancelKeyDeletion: 'pending deletion',
  GetParametersForImport: 'imported',
  ImportKeyMaterial: 'imported',
  DeleteImportedKeyMaterial: 'imported',
  ReplicateKey: MULTI_REGION,
  UpdatePrimaryRegion: MULTI_REGION,
};

/** The operations that are there. */
export const IMPLEMENTED = (Object.keys(OPERATIONS) as OperationName[]).filter(
  (name) => OPERATIONS[name] !== 'not-implemented',
);

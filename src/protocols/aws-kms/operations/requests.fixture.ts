import { createPublicKey } from 'node:crypto';
import { wrapForImport } from '../../../keys/key-space.fixture.ts';
import type { World, Account, Answer } from '../endpoint.fixture.ts';
import { REGION } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { OPERATIONS } from '../operations.ts';

/** Keys in every state that a key can be in: generated and imported ones. */
export const KINDS = [
  'enabled',
  'disabled',
  'pending deletion',
  'imported',
  'imported, disabled',
  'pending import',
  'imported, pending deletion',
] as const;

export type Kind = (typeof KINDS)[number];

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
}

export const MATERIAL = Buffer.alloc(32, 0x42);
let serial = 0;

/** Does what must succeed for a test to make sense. */
async function must<N extends OperationName>(answer: Promise<Answer<N>>): Promise<Answer<N>['body']> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`the set-up of a test was refused: ${JSON.stringify(body)}`);
  return body;
}

/** Makes a key of a kind, through the API itself. */
export async function prepare(world: World, { admin, accountId }: Account, kind: Kind): Promise<Prepared> {
  const call = <N extends OperationName>(operation: N, input: object) => must(world.call(admin, operation, input));
  const isImported = kind.startsWith('imported') || kind === 'pending import';
  const { KeyMetadata } = await call('CreateKey', isImported ? { Origin: 'EXTERNAL' } : {});
  const { KeyId: id, Arn: arn } = KeyMetadata;
  const parameters = isImported ? await importInto(call, id) : undefined;
  const alias = `alias/${kind.replaceAll(/[^a-z]/g, '-')}-${serial++}`;
  await call('CreateAlias', { AliasName: alias, TargetKeyId: id });
  const { CiphertextBlob: blob } = await call('Encrypt', { KeyId: id, Plaintext: Buffer.from('plain') });
  const other = await call('CreateKey', {});
  const otherId = other.KeyMetadata.KeyId;
  const { CiphertextBlob: otherBlob } = await call('Encrypt', { KeyId: otherId, Plaintext: Buffer.from('plain') });
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
  };
}

/** Imports {@link MATERIAL}. Answers what it takes to import it again. */
export async function importInto(
  call: <N extends OperationName>(operation: N, input: object) => Promise<Answer<N>['body']>,
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
  GetKeyPolicy: (name) => ({ KeyId: name }),
  PutKeyPolicy: (name) => ({ KeyId: name, Policy: POLICY }),
  ListKeyPolicies: (name) => ({ KeyId: name }),
  EnableKeyRotation: (name) => ({ KeyId: name, RotationPeriodInDays: 90 }),
  DisableKeyRotation: (name) => ({ KeyId: name }),
  RotateKeyOnDemand: (name) => ({ KeyId: name }),
  ListKeyRotations: (name) => ({ KeyId: name }),
  GetKeyRotationStatus: (name) => ({ KeyId: name }),
};

/** The kind of key on which {@link REQUESTS} succeed where it is not an enabled one. */
export const NEEDS: { readonly [N in OperationName]?: Kind } = {
  CancelKeyDeletion: 'pending deletion',
  GetParametersForImport: 'imported',
  ImportKeyMaterial: 'imported',
  DeleteImportedKeyMaterial: 'imported',
};

/** The operations that are there. */
export const IMPLEMENTED = (Object.keys(OPERATIONS) as OperationName[]).filter(
  (name) => OPERATIONS[name] !== 'not-implemented',
);

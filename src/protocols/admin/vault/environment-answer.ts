import Type from 'typebox';
import type { AwsAccess } from '../../../vault/environments/aws-access.ts';
import type { Environment, FormerStorage } from '../../../vault/environments/environment.ts';
import { adviceFor, underOtherKeys } from '../../../vault/environments/former-storage.ts';
import { regionOfKey } from '../../../vault/environments/key-region.ts';
import { primaryOf, type MasterKeySettings } from '../../../vault/environments/master-key-settings.ts';
import type { EnvironmentStorage } from '../../../vault/environments/storage.ts';
import { closed, named, REGION_NAME, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { PROVEN, showProven } from './proven.ts';
import { OBJECT_LOCK } from './environment-input.ts';

const TEXT = Type.String();
const MAYBE = Type.Optional(TEXT);

const CREDENTIALS = closed({
  kind: TEXT,
  accessKeyId: MAYBE,
  roleArn: MAYBE,
  externalId: Type.Optional(Type.String({ description: "what the role's trust policy must demand" })),
});

const MASTER_KEY = named('MasterKey', {
  provider: TEXT,
  keyId: Type.String({ description: 'the ARN or CRN, never an alias' }),
  region: Type.String({ description: 'empty for a recovery key, which is nowhere online' }),
  endpoint: MAYBE,
  iamEndpoint: MAYBE,
  credentials: Type.Optional(CREDENTIALS),
  accessKeyId: Type.Optional(Type.String({ description: 'of its credentials' })),
  publicKey: MAYBE,
  regionException: Type.Optional(Type.String({ description: 'why it may be in another region than the data' })),
});

export const STORAGE = named('Storage', {
  type: TEXT,
  region: REGION_NAME,
  bucketName: MAYBE,
  prefix: MAYBE,
  endpoint: MAYBE,
  credentials: Type.Optional(CREDENTIALS),
  objectLock: Type.Optional(OBJECT_LOCK),
  serverSideKey: MAYBE,
  path: MAYBE,
});

const FORMER_STORAGE = named('FormerStorage', {
  storage: STORAGE,
  vaultId: TEXT,
  writerId: TEXT,
  newestSnapshots: Type.Array(TEXT),
  masterKeys: Type.Array(TEXT),
  nextMasterKeys: Type.Optional(Type.Array(TEXT, { description: 'what a re-wrapping there is on its way to' })),
  advice: Type.Optional(
    Type.String({ description: 'there where other master keys open it than those of the environment: what to do' }),
  ),
  leftAt: TIMESTAMP,
  emptiedAt: Type.Optional({ ...TIMESTAMP, description: 'since when nothing is left there to be looked after' }),
  readOnly: Type.Boolean({ description: 'it was imported: its signing key is not here' }),
});

export const ENVIRONMENT = named('Environment', {
  environmentId: UUID,
  label: TEXT,
  storage: STORAGE,
  encryptAutomatically: Type.Boolean({ description: 'always true: there is no unencrypted format' }),
  encryption: Type.String({ description: 'AES-256, AWS-KMS, IBM Key Protect or Keystead' }),
  whoCanRead: Type.String({ description: 'whose word opens the backups, in a sentence' }),
  masterKey: MASTER_KEY,
  recipients: Type.Array(MASTER_KEY, { description: 'further master keys that open the same backups' }),
  nextMasterKeys: Type.Optional(Type.Array(MASTER_KEY, { description: 'what a re-wrapping is on its way to' })),
  formerStorages: Type.Array(FORMER_STORAGE, {
    description: 'where backups went before: still listed and restored from there',
  }),
  vaultId: Type.Optional(Type.String({ description: 'there from the first backup on' })),
  writerId: TEXT,
  lastProvenRestorable: Type.Array(PROVEN, {
    description:
      'of each source the newest snapshot that a verification of the level data or drill saw to be restorable',
  }),
  newestSnapshots: Type.Array(TEXT),
  createdAt: TIMESTAMP,
  updatedAt: TIMESTAMP,
});

export function showEnvironment(environment: Environment) {
  const { id, label, storage, encryption, masterKeys, nextMasterKeys, vaultId, writer, heads } = environment;
  const [, ...recipients] = masterKeys;
  const others = underOtherKeys(environment);
  return {
    environmentId: id,
    label,
    storage: showStorage(storage),
    encryptAutomatically: true,
    encryption,
    whoCanRead: whoCanRead(environment),
    masterKey: showMasterKey(primaryOf(masterKeys)),
    recipients: recipients.map(showMasterKey),
    ...(nextMasterKeys && { nextMasterKeys: nextMasterKeys.map(showMasterKey) }),
    formerStorages: environment.formerStorages.map((former) => showFormer(former, others.includes(former))),
    ...(vaultId !== undefined && { vaultId }),
    writerId: writer.id,
    lastProvenRestorable: (environment.proven ?? []).map(showProven),
    newestSnapshots: heads.map(headName),
    createdAt: timestamp(environment.createdAtMs),
    updatedAt: timestamp(environment.updatedAtMs),
  };
}

/** Whose word opens the backups: what a person must be able to see before trusting somebody with them. */
function whoCanRead({ encryption, masterKeys, storage }: Environment): string {
  const others = masterKeys.length - 1;
  const key =
    encryption === 'AES-256'
      ? 'The operator of this server can read: the key is kept by them, and so is its switch'
      : 'Only who may decrypt with your master key can read';
  const more =
    others === 0
      ? ''
      : others === 1
        ? ', or who has its one further recipient'
        : `, or who has one of its ${others} further recipients`;
  const store =
    storage.type === 'hosted' ? " The operator's store sees ciphertext, sizes and times, and can delete." : '';
  return `${key}${more}.${store}`;
}

const headName = ({ writer, sequence }: Environment['heads'][number]): string =>
  `${writer}-${String(sequence).padStart(10, '0')}`;

function showFormer(former: FormerStorage, isUnderOthers: boolean) {
  const { storage, vaultId, writer, heads, masterKeys, nextMasterKeys, leftAtMs, emptiedAtMs } = former;
  return {
    storage: showStorage(storage),
    vaultId,
    writerId: writer.id,
    newestSnapshots: heads.map(headName),
    masterKeys: masterKeys.map(({ keyId }) => keyId),
    ...(nextMasterKeys && { nextMasterKeys: nextMasterKeys.map(({ keyId }) => keyId) }),
    ...(isUnderOthers && { advice: adviceFor(former) }),
    leftAt: timestamp(leftAtMs),
    ...(emptiedAtMs !== undefined && { emptiedAt: timestamp(emptiedAtMs) }),
    readOnly: writer.privateKey === undefined,
  };
}

export function showStorage(storage: EnvironmentStorage) {
  const { type, region } = storage;
  if (storage.type === 'hosted') return { type, region };
  if (storage.type === 'folder') return { type, region, path: storage.path };
  const { bucket, prefix, endpoint, lock, serverSideKey, access } = storage;
  return {
    type,
    region,
    bucketName: bucket,
    prefix,
    ...(endpoint !== undefined && { endpoint }),
    credentials: showAccess(access),
    ...(lock && { objectLock: { ...lock } }),
    ...(serverSideKey !== undefined && { serverSideKey }),
  };
}

function showAccess(access: AwsAccess) {
  if (access.kind === 'environment') return { kind: access.kind };
  if (access.kind === 'access-key') return { kind: access.kind, accessKeyId: access.accessKeyId };
  const { kind, roleArn, externalId, base } = access;
  return { kind, roleArn, externalId, ...(base && { accessKeyId: base.accessKeyId }) };
}

function showReach(access: AwsAccess) {
  const credentials = showAccess(access);
  const accessKeyId = 'accessKeyId' in credentials ? credentials.accessKeyId : undefined;
  return { credentials, ...(accessKeyId !== undefined && { accessKeyId }) };
}

function showMasterKey(settings: MasterKeySettings) {
  const { provider, keyId, regionException } = settings;
  return {
    provider,
    keyId,
    region: regionOfKey(keyId),
    ...((settings.provider === 'aws-kms' || settings.provider === 'key-protect') &&
      settings.endpoint !== undefined && { endpoint: settings.endpoint }),
    ...(settings.provider === 'key-protect' &&
      settings.iamEndpoint !== undefined && { iamEndpoint: settings.iamEndpoint }),
    ...(settings.provider === 'aws-kms' && showReach(settings.access)),
    ...(settings.provider === 'recovery' && { publicKey: settings.publicKey }),
    ...(regionException !== undefined && { regionException }),
  };
}

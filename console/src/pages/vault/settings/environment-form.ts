import type { AwsCredentialsInput, Environment, MasterKeyInput, StorageInput } from '@keystead/sdk';
import type { useForm } from '@mantine/form';
import type { Api } from '../../../api/api.ts';

const ENCRYPTIONS = ['AES-256', 'AWS-KMS', 'IBM Key Protect', 'Keystead'] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];
type Provider = MasterKeyInput['provider'];

/** As whom something of AWS is reached. */
export type CredentialKind = AwsCredentialsInput['kind'];

/** A master key as a form has it. */
export interface KeyFields {
  readonly keyId: string;
  readonly endpoint: string;
  readonly iamEndpoint: string;
  readonly credentials: CredentialKind;
  readonly roleArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly apiKey: string;
}

/** A further master key as a form has it. */
export interface RecipientFields extends KeyFields {
  readonly provider: Provider;
  readonly publicKey: string;
  readonly regionException: string;
}

/** Settings of a backup environment, as the form has them. */
export interface EnvironmentForm {
  readonly label: string;
  readonly isHosted: boolean;
  readonly type: string;
  readonly region: string;
  readonly path: string;
  readonly bucketName: string;
  readonly prefix: string;
  readonly storageEndpoint: string;
  readonly serverSideKey: string;
  readonly credentials: CredentialKind;
  readonly storageAccessKeyId: string;
  readonly storageSecretAccessKey: string;
  readonly roleArn: string;
  readonly lock: string;
  readonly lockDays: number;
  readonly encryption: Encryption;
  readonly key: KeyFields;
  readonly recipients: readonly RecipientFields[];
}

export type Form = ReturnType<typeof useForm<EnvironmentForm>>;

export const NO_KEY: KeyFields = {
  keyId: '',
  endpoint: '',
  iamEndpoint: '',
  credentials: 'access-key',
  roleArn: '',
  accessKeyId: '',
  secretAccessKey: '',
  apiKey: '',
};
const LOCK_DAYS = 30;

/** A further master key that is still to be filled in. */
export function emptyRecipient(): RecipientFields {
  return { ...NO_KEY, provider: 'recovery', publicKey: '', regionException: '' };
}

/** What a form begins with: nothing but the region, or the storage and encryption of an environment that there is. */
export function environmentForm(region: string, environment?: Environment): EnvironmentForm {
  const { storage, encryption } = environment ?? {};
  return {
    label: environment?.label ?? '',
    isHosted: storage?.type === 'hosted',
    type: storage === undefined || storage.type === 'hosted' ? 'folder' : storage.type,
    region: storage?.region ?? region,
    path: '',
    bucketName: '',
    prefix: '',
    storageEndpoint: storage?.endpoint ?? '',
    serverSideKey: '',
    credentials: 'access-key',
    storageAccessKeyId: '',
    storageSecretAccessKey: '',
    roleArn: '',
    lock: '',
    lockDays: LOCK_DAYS,
    encryption: (encryption as Encryption | undefined) ?? 'Keystead',
    key: NO_KEY,
    recipients: [],
  };
}

const PROVIDERS: Partial<Record<Encryption, Provider>> = {
  'AWS-KMS': 'aws-kms',
  'IBM Key Protect': 'key-protect',
  Keystead: 'keystead',
};

/** What of the storage is still to be said; nothing: it is whole. */
export function missingOfStorage(form: EnvironmentForm): string | undefined {
  if (form.region.trim() === '') return 'the Region';
  if (form.isHosted) return undefined;
  if (form.type === 'folder') return form.path.trim().startsWith('/') ? undefined : 'the Folder, an absolute path';
  if (form.bucketName.trim() === '') return 'the Bucket Name';
  if (form.type === 's3-compatible' && form.storageEndpoint.trim() === '') return 'the Endpoint';
  const needsKey = form.credentials === 'access-key';
  if (needsKey && (form.storageAccessKeyId === '' || form.storageSecretAccessKey === '')) {
    return 'Access key and Secret key';
  }
  return form.credentials === 'role' && form.roleArn === '' ? 'the Role' : undefined;
}

/** What of everything is still to be said. */
export function missingOf(form: EnvironmentForm): string | undefined {
  if (form.label.trim() === '') return 'the Label';
  const storage = missingOfStorage(form);
  if (storage !== undefined) return storage;
  if (form.encryption !== 'AES-256' && form.key.keyId.trim() === '') return 'the Master Key';
  return form.encryption === 'AWS-KMS' && !isReachSaid(form.key) ? 'the Credentials of the key' : undefined;
}

/** The storage that the form says. */
export function storageOf(form: EnvironmentForm): StorageInput {
  const region = form.region.trim();
  if (form.isHosted) return { type: 'hosted', region };
  if (form.type === 'folder') return { type: 'folder', region, path: form.path.trim() };
  return {
    type: form.type as StorageInput['type'],
    region,
    bucketName: form.bucketName.trim(),
    ...given('prefix', form.prefix),
    ...given('endpoint', form.storageEndpoint),
    ...given('serverSideKey', form.type === 'ibm-cos' ? '' : form.serverSideKey),
    credentials: credentialsOf(form),
    ...(form.lock !== '' && {
      objectLock: { mode: form.lock as 'governance' | 'compliance', days: form.lockDays },
    }),
  };
}

/** The credentials of a bucket that the form says. */
export function credentialsOf(form: EnvironmentForm): AwsCredentialsInput {
  const { credentials, storageAccessKeyId: accessKeyId, storageSecretAccessKey: secretAccessKey, roleArn } = form;
  return awsCredentialsOf({ credentials, roleArn, accessKeyId, secretAccessKey });
}

/** As whom something of AWS is to be reached; what the kind does not take is left out. */
export function awsCredentialsOf({
  credentials: kind,
  roleArn,
  accessKeyId,
  secretAccessKey,
}: Pick<KeyFields, 'credentials' | 'roleArn' | 'accessKeyId' | 'secretAccessKey'>): AwsCredentialsInput {
  if (kind === 'environment') return { kind };
  return {
    kind,
    ...(kind === 'role' && { roleArn: roleArn.trim() }),
    ...given('accessKeyId', accessKeyId),
    ...given('secretAccessKey', secretAccessKey),
  };
}

/** Whether it is said as whom something of AWS is reached. */
export function isReachSaid({
  credentials,
  roleArn,
  accessKeyId,
  secretAccessKey,
}: Parameters<typeof awsCredentialsOf>[0]): boolean {
  if (credentials === 'access-key') return accessKeyId !== '' && secretAccessKey !== '';
  return credentials === 'environment' || roleArn.trim() !== '';
}

/** The master key that the form says; none for AES-256, whose key the operator keeps. */
export function masterKeyOf({ encryption, key }: EnvironmentForm): MasterKeyInput | undefined {
  const provider = PROVIDERS[encryption];
  return provider === undefined ? undefined : keyOf(provider, key);
}

/** A further master key that the form says. */
export function recipientOf({ provider, publicKey, regionException, ...key }: RecipientFields): MasterKeyInput {
  if (provider === 'recovery') return { provider, publicKey: publicKey.trim() };
  return { ...keyOf(provider, key), ...given('regionException', regionException) };
}

function keyOf(provider: Provider, key: KeyFields): MasterKeyInput {
  const base = { provider, keyId: key.keyId.trim() };
  if (provider === 'keystead') return base;
  const withEndpoint = { ...base, ...given('endpoint', key.endpoint) };
  if (provider === 'key-protect') {
    return { ...withEndpoint, ...given('iamEndpoint', key.iamEndpoint), ...given('apiKey', key.apiKey) };
  }
  return { ...withEndpoint, credentials: awsCredentialsOf(key) };
}

/** Everything that the form says. */
export function environmentOf(form: EnvironmentForm): Parameters<Api['createEnvironment']>[0] {
  const masterKey = masterKeyOf(form);
  return {
    label: form.label.trim(),
    storage: storageOf(form),
    encryptAutomatically: true,
    encryption: form.encryption,
    ...(masterKey && { masterKey }),
    ...(form.recipients.length > 0 && { recipients: form.recipients.map(recipientOf) }),
  };
}

function given<Name extends string>(name: Name, text: string): { readonly [N in Name]?: string } {
  return text.trim() === '' ? {} : ({ [name]: text.trim() } as { readonly [N in Name]: string });
}

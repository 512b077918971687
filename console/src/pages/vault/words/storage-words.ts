import type { MasterKey, Storage } from '@keystead/sdk';

/** The names that people know, in the order in which they are offered. */
export const STORAGE_TYPES = [
  { value: 'folder', label: 'Folder / NFS' },
  { value: 'aws-s3', label: 'AWS S3' },
  { value: 'ibm-cos', label: 'IBM Cloud Object Storage' },
  { value: 's3-compatible', label: 'S3-compatible' },
] as const;

const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(STORAGE_TYPES.map(({ value, label }) => [value, label])),
  hosted: 'Vault-hosted backup environment',
};

export function storageTypeName(type: string): string {
  return NAMES[type] ?? type;
}

/** Where it is, in one line. */
export function placeText({ type, path, bucketName, prefix }: Storage): string {
  if (type === 'hosted') return 'the store of this installation';
  return path ?? `${bucketName ?? ''}${prefix === undefined || prefix === '' ? '' : `/${prefix}`}`;
}

const PROVIDERS: Readonly<Record<string, string>> = {
  'aws-kms': 'AWS KMS',
  'key-protect': 'IBM Key Protect',
  keystead: 'Keystead',
  recovery: 'Recovery key',
  installation: 'the operator of this server',
};

export function providerName(provider: string): string {
  return PROVIDERS[provider] ?? provider;
}

/** The last part of a key's name, which tells keys of one account apart. */
export function shortKeyName({ keyId }: Pick<MasterKey, 'keyId'>): string {
  return keyId.split(/[/:]/).at(-1) ?? keyId;
}

/** The region in a name of a key, as its provider writes it; absent where the name has none. */
export function regionOfKeyName(name: string): string | undefined {
  const parts = name.split(':');
  const region = parts[0] === 'crn' ? parts[5] : parts[0] === 'arn' ? parts[3] : undefined;
  return region === '' ? undefined : region;
}

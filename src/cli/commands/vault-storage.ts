import type { StorageInput } from '@keystead/sdk';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { refuseOptions } from './refuse-options.ts';
import { awsCredentialsFrom } from './vault-credentials.ts';

/** Where backups go. */
export const STORAGE_OPTIONS: readonly Row[] = [
  ['--storage <type>', 'folder, aws-s3, ibm-cos, s3-compatible or hosted (folder)'],
  ['--path <folder>', 'folder: where on the server, below one of its KEYSTEAD_VAULT_ROOTS'],
  ['--bucket <name>', 'the name of the bucket'],
  ['--prefix <text>', 'where in the bucket (all of it)'],
  ['--storage-endpoint <url>', "the store's address (the provider's own of the region)"],
  ['--role <arn>', 'a role to assume for the bucket, with the external id that "vault policy" shows'],
  ['--server-credentials', 'reach the bucket as whom the server itself is, where its operator allows that'],
  ['--object-lock <mode:days>', 'lock what is written: governance:30, compliance:30'],
  ['--server-side-key <id>', 'a key of the provider that encrypts once more at rest'],
];

const TYPES = ['folder', 'aws-s3', 'ibm-cos', 's3-compatible', 'hosted'] as const;

/** The storage that the options name, with the credentials of the variables. @throws {CliError} */
export function storageFrom(session: Session): StorageInput {
  const { given } = session;
  const type = typeOf(given.optional('storage') ?? 'folder');
  const isBucket = type !== 'folder' && type !== 'hosted';
  if (!isBucket) refuseOptions(given, `storage of the type ${type}`, ['role', 'server-credentials']);
  return {
    type,
    region: given.text('region'),
    path: given.optional('path'),
    bucketName: given.optional('bucket'),
    prefix: given.optional('prefix'),
    endpoint: given.optional('storage-endpoint'),
    objectLock: lockOf(given.optional('object-lock')),
    serverSideKey: given.optional('server-side-key'),
    ...(isBucket && { credentials: storageCredentials(session) }),
  };
}

/** As whom a bucket is reached: by the variables and options. @throws {CliError} */
export function storageCredentials(session: Session): NonNullable<StorageInput['credentials']> {
  const options = { role: 'role', serverCredentials: 'server-credentials' };
  return awsCredentialsFrom(session, options, 'storage', 'the storage');
}

function typeOf(text: string): (typeof TYPES)[number] {
  const type = TYPES.find((name) => name === text);
  if (type !== undefined) return type;
  throw new CliError('usage', 'usage', `"${text}" is no type of storage`, `Give one of ${TYPES.join(', ')}.`);
}

/** @throws {CliError} */
export function lockOf(text: string | undefined): StorageInput['objectLock'] {
  if (text === undefined) return undefined;
  const [, mode, days] = /^(governance|compliance):([1-9]\d{0,4})$/.exec(text) ?? [];
  if (mode !== undefined) return { mode: mode as 'governance' | 'compliance', days: Number(days) };
  throw new CliError('usage', 'usage', `"${text}" is no object lock`, 'Write it as governance:30 or compliance:30.');
}

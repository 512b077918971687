import type { AwsCredentialsInput, MasterKeyInput } from '@keystead/sdk';
import type { Row, Session } from '../command.ts';
import { refuseOptions } from './refuse-options.ts';
import { CliError } from '../errors.ts';
import { readJson } from '../files.ts';
import { awsCredentialsFrom, requireIbmApiKey } from './vault-credentials.ts';

export const ENDPOINT: Row = ['--endpoint <url>', "the key service's address (the provider's own of the region)"];
const RECIPIENT: Row = [
  '--recipient <file...>',
  'a JSON file with a further master key that opens the same backups: provider, keyId and what it takes to reach it',
];

/** As whom a key in AWS KMS is reached. */
export const KEY_REACH_OPTIONS: readonly Row[] = [
  ['--key-role <arn>', 'a role to assume for a key in AWS KMS, with the external id that "vault policy" shows'],
  ['--key-server-credentials', 'reach it as whom the server itself is, where its operator allows that'],
];

/** Which master key, and who else. */
export const MASTER_KEY_OPTIONS: readonly Row[] = [
  ['--encryption <name>', 'AWS-KMS, IBM Key Protect, Keystead or AES-256 (AWS-KMS)'],
  ['--key <name>', 'the master key: its id, ARN, alias or CRN'],
  ENDPOINT,
  ...KEY_REACH_OPTIONS,
  ['--iam-endpoint <url>', 'where API keys become tokens (IBM Cloud IAM)'],
  RECIPIENT,
];

const REACH = ['key-role', 'key-server-credentials'];

const PROVIDERS = {
  'AWS-KMS': 'aws-kms',
  'IBM Key Protect': 'key-protect',
  Keystead: 'keystead',
  'AES-256': undefined,
} as const;
type EncryptionName = keyof typeof PROVIDERS;

/** Encryption, master key and further recipients that the options name. @throws {CliError} */
export function masterKeysFrom(session: Session) {
  const { given } = session;
  const encryption = encryptionOf(given.optional('encryption') ?? 'AWS-KMS');
  const recipients = recipientsFrom(session);
  if (encryption === 'AES-256') refuseOptions(given, 'AES-256', ['key', 'endpoint', 'iam-endpoint', ...REACH]);
  return {
    encryption,
    ...(encryption !== 'AES-256' && { masterKey: masterKeyFrom(session, encryption) }),
    ...(recipients.length > 0 && { recipients }),
  };
}

/** The further recipients in the files of `--recipient`; the server says what is wrong with one. @throws {CliError} */
export function recipientsFrom({ given }: Session): MasterKeyInput[] {
  return given.list('recipient').map((path) => readJson(path) as MasterKeyInput);
}

/** The master key that the options name, with the credentials of the variables. @throws {CliError} */
export function masterKeyFrom(session: Session, encryption: EncryptionName = 'AWS-KMS'): MasterKeyInput {
  const { given } = session;
  const provider = PROVIDERS[encryption];
  const keyId = given.optional('key');
  if (provider === undefined || keyId === undefined) {
    throw new CliError('usage', 'key-missing', '--key is missing', 'Give the id, ARN, alias or CRN of the master key.');
  }
  const reached = { provider, keyId, endpoint: given.optional('endpoint') };
  if (provider !== 'key-protect') refuseOptions(given, encryption, ['iam-endpoint']);
  if (provider !== 'aws-kms') refuseOptions(given, encryption, REACH);
  if (provider === 'keystead') {
    refuseOptions(given, encryption, ['endpoint']);
    return { provider, keyId };
  }
  if (provider === 'key-protect') {
    return { ...reached, iamEndpoint: given.optional('iam-endpoint'), apiKey: requireIbmApiKey(session) };
  }
  return { ...reached, credentials: keyCredentials(session) };
}

/** As whom a master key in AWS KMS is reached: by the variables and options. @throws {CliError} */
export function keyCredentials(session: Session): AwsCredentialsInput {
  const options = { role: 'key-role', serverCredentials: 'key-server-credentials' };
  return awsCredentialsFrom(session, options, '', 'the master key');
}

/** @throws {CliError} */
export function encryptionOf(text: string): EncryptionName {
  const name = (Object.keys(PROVIDERS) as EncryptionName[]).find((known) => known === text);
  if (name !== undefined) return name;
  throw new CliError(
    'usage',
    'usage',
    `"${text}" is no kind of encryption`,
    `Give one of ${Object.keys(PROVIDERS).join(', ')}.`,
  );
}

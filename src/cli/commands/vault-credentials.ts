import type { AwsCredentialsInput } from '@keystead/sdk';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';

/** Where credentials are taken from: an argument would stand in the list of processes and in the shell's history. */
export const CREDENTIAL_SETTINGS: readonly Row[] = [
  ['AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY', 'the credentials of the master key, and of the storage'],
  ['KEYSTEAD_STORAGE_ACCESS_KEY_ID, KEYSTEAD_STORAGE_SECRET_ACCESS_KEY', "the storage's, where they are others"],
  ['IBMCLOUD_API_KEY', 'of a master key in IBM Key Protect'],
];

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PLACES = { '': 'AWS', storage: 'KEYSTEAD_STORAGE' } as const;

/** The access key in the variables of one kind; `undefined` where there is none. */
export function accessKeyFrom({ host }: Session, kind: keyof typeof PLACES): AccessKey | undefined {
  const accessKeyId = host.env[`${PLACES[kind]}_ACCESS_KEY_ID`];
  const secretAccessKey = host.env[`${PLACES[kind]}_SECRET_ACCESS_KEY`];
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

/** @throws {CliError} */
export function requireAccessKey(session: Session, kind: keyof typeof PLACES, what: string): AccessKey {
  const found = accessKeyFrom(session, kind);
  if (found) return found;
  const place = PLACES[kind];
  throw new CliError(
    'usage',
    'no-aws-credentials',
    `no credentials for ${what} were given`,
    `Set ${place}_ACCESS_KEY_ID and ${place}_SECRET_ACCESS_KEY to those of a principal that may use it. They go to the server, which keeps them wrapped.`,
  );
}

/** How the options of one thing say as whom it is reached. */
export interface ReachOptions {
  readonly role: string;
  readonly serverCredentials: string;
}

/**
 * As whom something of AWS is reached: by the options, and the variables of one kind or else those of AWS.
 *
 * @throws {CliError}
 */
export function awsCredentialsFrom(
  session: Session,
  { role, serverCredentials }: ReachOptions,
  kind: keyof typeof PLACES,
  what: string,
): AwsCredentialsInput {
  const { given } = session;
  const roleArn = given.optional(role);
  if (given.flag(serverCredentials)) return roleArn === undefined ? { kind: 'environment' } : { kind: 'role', roleArn };
  const key = accessKeyFrom(session, kind) ?? requireAccessKey(session, '', what);
  return roleArn === undefined ? { kind: 'access-key', ...key } : { kind: 'role', roleArn, ...key };
}

/** @throws {CliError} */
export function requireIbmApiKey({ host }: Session): string {
  const apiKey = host.env['IBMCLOUD_API_KEY'];
  if (apiKey) return apiKey;
  throw new CliError(
    'usage',
    'no-ibm-api-key',
    'no API key for the master key in IBM Key Protect was given',
    'Set IBMCLOUD_API_KEY to one of a service id that may use it. It goes to the server, which keeps it wrapped.',
  );
}

import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import type { EgressGuard } from '../../clients/egress.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import { AwsKmsMasterKey, parseKeyArn, type KeyOwner } from '../master-keys/aws-kms.ts';
import { EnvironmentError } from './environment-error.ts';

/** A master key as its settings name it, with credentials in the open. */
export interface MasterKeyAddress {
  readonly keyId: string;
  readonly endpoint?: string;
  readonly credentials: AwsCredentials | 'environment';
}

/**
 * The master key at an address. Asks nobody yet.
 *
 * @throws {EnvironmentError} `master-key-malformed`
 */
export function masterKeyAt(address: MasterKeyAddress, owner: KeyOwner, guard: EgressGuard): AwsKmsMasterKey {
  const { keyId, endpoint, credentials } = address;
  const { region } = requireKeyArn(keyId);
  const connection = { region, credentials, ...(endpoint !== undefined && { endpoint }) };
  return new AwsKmsMasterKey(new AwsKmsClient(connection, guard), keyId, owner);
}

/** @throws {EnvironmentError} `master-key-malformed` */
export function requireKeyArn(keyId: string): NonNullable<ReturnType<typeof parseKeyArn>> {
  const arn = parseKeyArn(keyId);
  if (arn === undefined) {
    throw new EnvironmentError(
      'master-key-malformed',
      'A master key is named by its key ARN, like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-...: ' +
        'an alias or a bare key id may come to mean another key',
    );
  }
  return arn;
}

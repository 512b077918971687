import { parseKeyArn } from '../master-keys/aws-kms.ts';
import { parseKeyCrn, type KeyCrn } from '../master-keys/key-crn.ts';
import { parseKeysteadArn, type KeysteadArn } from '../master-keys/keystead-arn.ts';
import { EnvironmentError } from './environment-error.ts';

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

/** @throws {EnvironmentError} `master-key-malformed` */
export function requireKeyCrn(keyId: string): KeyCrn {
  const crn = parseKeyCrn(keyId);
  if (crn !== undefined) return crn;
  throw new EnvironmentError(
    'master-key-malformed',
    'A root key of Key Protect is named by its CRN, like crn:v1:bluemix:public:kms:eu-de:a/<account>:<instance>:key:<key>',
  );
}

/** @throws {EnvironmentError} `master-key-malformed` */
export function requireKeysteadArn(keyId: string): KeysteadArn {
  const arn = parseKeysteadArn(keyId);
  if (arn !== undefined) return arn;
  throw new EnvironmentError(
    'master-key-malformed',
    'A key of Keystead is named by its key ARN, like arn:aws:kms:eu-de:111122223333:key/1234abcd-...',
  );
}

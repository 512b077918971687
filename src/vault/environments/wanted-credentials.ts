import type { Bytes } from '../../bytes/bytes.ts';
import { isAwsServiceAddress } from '../../clients/aws/service-address.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { NewAwsAccess } from './aws-access.ts';
import { EnvironmentError, type EnvironmentErrorCode } from './environment-error.ts';
import { refuseMembers, type Members } from './members.ts';

/** As whom a bucket, or a master key in AWS KMS, is to be reached. The caller wipes the secret. */
export interface WantedCredentials {
  readonly kind: NewAwsAccess['kind'];
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Bytes<'AwsSecretAccessKey'> | undefined;
  readonly roleArn?: string | undefined;
}

/** What the operator has said of the server's own credentials. */
export interface CredentialRules {
  /** Whether environments may be reached as whom the server itself is. */
  readonly lendsCredentials?: boolean;
  /** Whether also at this endpoint, which is not AWS's own; absent: at none. */
  readonly lendsTo?: (endpoint: string) => boolean;
}

const MEMBERS: { readonly [Kind in NewAwsAccess['kind']]: Members } = {
  'access-key': { takes: ['accessKeyId', 'secretAccessKey'], needs: ['accessKeyId', 'secretAccessKey'] },
  role: { takes: ['roleArn', 'accessKeyId', 'secretAccessKey'], needs: ['roleArn'] },
  environment: { takes: [], needs: [] },
};

const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/**
 * Says as whom something of AWS is reached.
 *
 * @param endpoint where; absent: at AWS's own
 * @param code of the refusal of what cannot be meant
 * @throws {EnvironmentError} `code`, `credentials-not-lent`
 */
export function requireAccess(
  rules: CredentialRules,
  wanted: WantedCredentials,
  endpoint: string | undefined,
  code: EnvironmentErrorCode,
): NewAwsAccess {
  const { kind, ...members } = wanted;
  refuseMembers(code, `Credentials of the kind ${kind}`, members, MEMBERS[kind]);
  const { accessKeyId, secretAccessKey, roleArn } = wanted;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new EnvironmentError(code, 'accessKeyId and secretAccessKey belong together: give both');
  }
  const key: AwsCredentials | undefined =
    accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : undefined;
  if (key === undefined) requireLent(rules, endpoint);
  if (kind === 'role') {
    if (!ROLE_ARN.test(roleArn ?? '')) {
      throw new EnvironmentError(
        code,
        'roleArn is not the ARN of a role, like arn:aws:iam::111122223333:role/keystead-vault',
      );
    }
    return { kind, roleArn: roleArn as string, ...(key && { base: key }) };
  }
  return key ? { kind: 'access-key', credentials: key } : { kind: 'environment' };
}

/**
 * Refuses the server's own credentials where its operator does not lend them. At an endpoint that a tenant names they
 * would be signed for whoever listens there, who could turn to AWS with what was signed: so it is AWS itself that answers
 * there, or a host that the operator names.
 *
 * @param endpoint where they are to be used; absent: at AWS's own
 * @throws {EnvironmentError} `credentials-not-lent`
 */
export function requireLent({ lendsCredentials, lendsTo }: CredentialRules, endpoint: string | undefined): void {
  if (lendsCredentials !== true) {
    throw new EnvironmentError(
      'credentials-not-lent',
      'This server does not use its own credentials for environments. Give an access key (with a role, it is the one that assumes it), or ask the operator to allow it (KEYSTEAD_VAULT_OWN_CREDENTIALS)',
    );
  }
  if (endpoint === undefined || isAwsServiceAddress(endpoint) || lendsTo?.(endpoint) === true) return;
  throw new EnvironmentError(
    'credentials-not-lent',
    `This server uses its own credentials at the addresses of AWS's own services alone, and at hosts that its operator names: not at ${endpoint}. Give an access key, leave the endpoint out, or ask the operator to name its host (KEYSTEAD_EGRESS_HOSTS)`,
  );
}

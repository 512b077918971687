import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentials } from '../aws-kms/connection.ts';
import type { EgressGuard } from '../egress.ts';
import type { AwsIdentity } from './identity.ts';
import { RoleRefusedError } from './role-refused-error.ts';

/** What a client of the SDK takes as its credentials; all of its clients take the same. */
export type CredentialProvider = NonNullable<S3ClientConfig['credentials']>;

/** Where roles are assumed, and how patiently. */
export interface RoleService {
  readonly region: string;
  readonly endpoint: string;
  readonly maxAttempts: number;
  /** How the SDK connects: through the egress guard, within limits. */
  readonly requestHandler: NonNullable<S3ClientConfig['requestHandler']>;
}

/** How the roles of a run are named in the provider's own log. */
const SESSION_NAME = 'keystead-vault';
/** The shortest that AWS takes; the SDK assumes the role anew before it ends. */
const SESSION_SECONDS = 900;

/**
 * As whom a client of the SDK calls: a key itself, what the SDK finds on this machine (`undefined`), or a role that either
 * of them assumes and renews in time. A refusal of the role is a {@link RoleRefusedError}; what is no refusal (nobody
 * answers, a fault of STS) is the SDK's own error.
 *
 * @param service where a role is assumed, asked for only where there is one
 * @throws {EgressRefusedError} the address of `service` is none that may be called
 */
export async function credentialProvider(
  { credentials, role }: AwsIdentity,
  guard: EgressGuard,
  service: () => RoleService,
): Promise<CredentialProvider | undefined> {
  const base = credentials === 'environment' ? undefined : keyOf(credentials);
  if (role === undefined) return base;
  const { region, endpoint, maxAttempts, requestHandler } = service();
  guard.check(endpoint);
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const assume = fromTemporaryCredentials({
    ...(base && { masterCredentials: base }),
    params: {
      RoleArn: role.arn,
      ExternalId: role.externalId,
      RoleSessionName: SESSION_NAME,
      DurationSeconds: SESSION_SECONDS,
    },
    clientConfig: { region, endpoint, maxAttempts, requestHandler },
  });
  return async (...args) =>
    await assume(...args).catch((cause: unknown) => {
      throw refusal(role.arn, cause);
    });
}

/** The SDK takes strings only: they are made when it signs, so that what is kept here can be wiped. */
function keyOf({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) {
  return () =>
    Promise.resolve({
      accessKeyId,
      secretAccessKey: Buffer.from(secretAccessKey).toString('latin1'),
      ...(sessionToken && { sessionToken: Buffer.from(sessionToken).toString('latin1') }),
    });
}

/** STS says no with a status below 500; what else failed is told by who made the call. */
function refusal(roleArn: string, cause: unknown): unknown {
  const { name, $metadata } = cause as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 500;
  if (status >= 500) return cause;
  const code = name !== undefined && name !== 'Error' && /^\w{1,64}$/.test(name) ? name : `HTTP ${status}`;
  return new RoleRefusedError(roleArn, code, cause);
}

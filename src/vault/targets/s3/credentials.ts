import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentials } from '../../../clients/aws-kms/connection.ts';
import type { EgressGuard } from '../../../clients/egress.ts';
import type { BucketPlace } from '../storage-access.ts';
import { stsEndpointOf } from './endpoint.ts';
import { roleFailure } from './errors.ts';
import { handlerOptions, type S3Limits } from './limits.ts';

type Credentials = NonNullable<S3ClientConfig['credentials']>;

/** How the roles of a run are named in the provider's own log. */
const SESSION_NAME = 'keystead-vault';
/** The shortest that AWS takes; the SDK assumes the role anew before it ends. */
const SESSION_SECONDS = 900;

/**
 * As whom the store is called: the key itself, what the SDK finds on this machine (`undefined`), or a role that either
 * of them assumes and renews in time.
 */
export async function credentialsFor(
  place: BucketPlace,
  guard: EgressGuard,
  limits: S3Limits,
): Promise<Credentials | undefined> {
  const base = place.credentials === 'environment' ? undefined : keyOf(place.credentials);
  if (place.role === undefined) return base;
  const endpoint = stsEndpointOf(place);
  guard.check(endpoint ?? '');
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const assume = fromTemporaryCredentials({
    ...(base && { masterCredentials: base }),
    params: {
      RoleArn: place.role.arn,
      ExternalId: place.role.externalId,
      RoleSessionName: SESSION_NAME,
      DurationSeconds: SESSION_SECONDS,
    },
    clientConfig: {
      region: place.region,
      ...(endpoint !== undefined && { endpoint }),
      maxAttempts: limits.maxAttempts,
      requestHandler: handlerOptions(guard, limits),
    },
  });
  const { arn } = place.role;
  return async (...args) =>
    await assume(...args).catch((cause: unknown) => {
      throw roleFailure(arn, cause);
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

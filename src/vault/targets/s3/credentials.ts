import { credentialProvider, type CredentialProvider } from '../../../clients/aws/credential-provider.ts';
import type { EgressGuard } from '../../../clients/egress.ts';
import type { BucketPlace } from '../storage-access.ts';
import { stsEndpointOf } from './endpoint.ts';
import { handlerOptions, type S3Limits } from './limits.ts';

/** As whom the store is called; `undefined`: as what the SDK finds on this machine. */
export async function credentialsFor(
  place: BucketPlace,
  guard: EgressGuard,
  limits: S3Limits,
): Promise<CredentialProvider | undefined> {
  return await credentialProvider(place, guard, () => ({
    region: place.region,
    endpoint: stsEndpointOf(place) ?? '',
    maxAttempts: limits.maxAttempts,
    requestHandler: handlerOptions(guard, limits),
  }));
}

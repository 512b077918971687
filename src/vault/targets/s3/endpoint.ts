import { awsAddress } from '../../../clients/aws/address.ts';
import type { BucketPlace } from '../storage-access.ts';

/** A word that may stand in a host name. */
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** Where a provider's own stores answer; absent: its stores are wherever their owner says. */
type EndpointOf = (region: string) => string | undefined;

const ENDPOINTS: { readonly [Provider in BucketPlace['provider']]: EndpointOf | undefined } = {
  // https://docs.aws.amazon.com/general/latest/gr/s3.html
  'aws-s3': (region) => awsAddress('s3', region),
  // https://cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-endpoints: public; `s3.private.` and
  // `s3.direct.` in its place reach it from within IBM Cloud and are named as endpoint.
  'ibm-cos': (region) => `https://s3.${region}.cloud-object-storage.appdomain.cloud`,
  's3-compatible': undefined,
};

/**
 * Where a bucket's service answers, as an address that is yet to pass the egress guard. Undefined: it has to be named,
 * or its region cannot be one.
 */
export function endpointOf({ provider, region, endpoint }: Pick<BucketPlace, 'provider' | 'region' | 'endpoint'>) {
  if (endpoint !== undefined) return endpoint;
  return REGION.test(region) ? ENDPOINTS[provider]?.(region) : undefined;
}

/**
 * Where roles are assumed. Beside AWS it is the store itself that speaks the STS API (Ceph, MinIO).
 * https://docs.aws.amazon.com/general/latest/gr/sts.html
 */
export function stsEndpointOf(place: Pick<BucketPlace, 'provider' | 'region' | 'endpoint' | 'stsEndpoint'>) {
  const { provider, region, stsEndpoint } = place;
  if (stsEndpoint !== undefined) return stsEndpoint;
  return provider === 'aws-s3' ? awsAddress('sts', region) : endpointOf(place);
}

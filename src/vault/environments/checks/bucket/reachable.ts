import { call } from '../../../targets/s3/call.ts';
import { endpointOf } from '../../../targets/s3/endpoint.ts';
import { passed, type Finding } from '../check.ts';
import type { CheckedBucket } from './checked-bucket.ts';

/** Name, connection, certificate, credentials and the right to list, each told apart by how it fails. */
export async function checkReachable({ place, target }: CheckedBucket): Promise<Finding> {
  await call(target.connection, 'listed', `The bucket ${place.bucket}`, async ({ sdk, client }) => {
    await client.send(new sdk.ListObjectsV2Command({ Bucket: place.bucket, Prefix: place.prefix, MaxKeys: 1 }));
  });
  const as = place.role === undefined ? '' : `, as the role ${place.role.arn}`;
  return passed(`the bucket ${place.bucket} answers at ${endpointOf(place) ?? 'its endpoint'}${as}`);
}

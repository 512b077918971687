import type { BucketPlace } from '../../../targets/storage-access.ts';
import { call } from '../../../targets/s3/call.ts';
import { failed, passed, warned, type Finding } from '../check.ts';
import { isNoAnswer, type CheckedBucket } from './checked-bucket.ts';

/** What stores that know no regions call theirs. */
const NO_REGION = new Set(['', 'default', 'us-east-1']);

/** How each provider's answer is held against the region that the environment names. */
const RULES: {
  readonly [Provider in BucketPlace['provider']]: (told: string, wanted: string) => 'same' | 'other' | 'mute';
} = {
  'aws-s3': (told, wanted) => (told === wanted ? 'same' : 'other'),
  // The region and the storage class: eu-de-smart, eu-de-standard, ...
  'ibm-cos': (told, wanted) => (told === wanted || told.startsWith(`${wanted}-`) ? 'same' : 'other'),
  's3-compatible': (told, wanted) => (told === wanted ? 'same' : NO_REGION.has(told) ? 'mute' : 'other'),
};

/** Whether the bucket is where the environment says that its data lies, as far as the provider tells. */
export async function checkRegion({ place, target }: CheckedBucket): Promise<Finding> {
  const told = await call(target.connection, 'read', `The region of the bucket ${place.bucket}`, async (opened) => {
    const { sdk, client } = opened;
    const Bucket = place.bucket;
    const { BucketRegion } = await client.send(new sdk.HeadBucketCommand({ Bucket }));
    if (BucketRegion !== undefined) return BucketRegion;
    try {
      const { LocationConstraint = '' } = await client.send(new sdk.GetBucketLocationCommand({ Bucket }));
      return place.provider === 'aws-s3' ? awsRegion(LocationConstraint) : LocationConstraint;
    } catch (error) {
      if (isNoAnswer(error)) return undefined;
      throw error;
    }
  });
  const said = told === undefined ? 'mute' : RULES[place.provider](told, place.region);
  if (said === 'same') return passed(`the provider says that the bucket is in ${told}`);
  if (said === 'mute') {
    return { outcome: 'skipped', what: `the store does not tell its region: ${place.region} is what you say` };
  }
  const text = `The provider says that the bucket is in ${told}, not in ${place.region}.`;
  if (place.provider === 's3-compatible')
    return warned(`${text} Make sure that ${place.region} is where its data really lies.`);
  return failed(`${text} Name the region of the bucket, or use a bucket of ${place.region}.`);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: the two oldest regions have no name. */
function awsRegion(constraint: string): string {
  if (constraint === '') return 'us-east-1';
  return constraint === 'EU' ? 'eu-west-1' : constraint;
}

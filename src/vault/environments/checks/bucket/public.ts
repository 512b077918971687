import { call } from '../../../targets/s3/call.ts';
import type { Opened } from '../../../targets/s3/connection.ts';
import { passed, warned, type Finding } from '../check.ts';
import { isNoAnswer, type CheckedBucket } from './checked-bucket.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups */
const EVERYBODY = /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/;

type Asking = (opened: Opened, bucket: string) => Promise<boolean>;

/** How the world may have been let in, each with how it is asked for. */
const DOORS: readonly (readonly [door: string, isOpen: Asking])[] = [
  [
    'its policy',
    async ({ sdk, client }, Bucket) =>
      (await client.send(new sdk.GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic === true,
  ],
  [
    'its access control list',
    async ({ sdk, client }, Bucket) =>
      (await client.send(new sdk.GetBucketAclCommand({ Bucket }))).Grants?.some(({ Grantee }) =>
        EVERYBODY.test(Grantee?.URI ?? ''),
      ) ?? false,
  ],
];

/** Whether the bucket is open to everybody: what lies there is encrypted, but sizes and times would show. */
export async function checkPublic({ place, target }: CheckedBucket): Promise<Finding> {
  return await call(target.connection, 'read', `Who may use the bucket ${place.bucket}`, async (opened) => {
    let asked = 0;
    for (const [door, isOpen] of DOORS) {
      const open = await isOpen(opened, place.bucket).catch((error: unknown) => {
        if (isNoAnswer(error)) return undefined;
        throw error;
      });
      if (open === undefined) continue;
      asked++;
      if (open) {
        return warned(
          `The bucket is open to everybody by ${door}. Close it: backups stay encrypted, but their sizes and times show, and who may write can delete.`,
        );
      }
    }
    if (asked > 0) return passed('the bucket is not open to everybody');
    return { outcome: 'skipped', what: 'these credentials may not ask who may use the bucket' };
  });
}

import { call } from '../../../targets/s3/call.ts';
import { versioningOf } from '../../../targets/s3/versions.ts';
import { passed, warned, type Finding } from '../check.ts';
import type { CheckedBucket } from './checked-bucket.ts';

const MEANING: Record<Awaited<ReturnType<typeof versioningOf>>, Finding> = {
  on: passed('the bucket keeps versions: what is deleted through these credentials alone can be brought back'),
  suspended: warned(
    'The bucket has stopped keeping versions: what is deleted is gone. Switch versioning on again, or use object lock.',
  ),
  off: warned(
    'The bucket keeps no versions: who has these credentials can delete every backup for good. Switch versioning on, or use object lock.',
  ),
  unknown: { outcome: 'skipped', what: 'these credentials may not ask whether the bucket keeps versions' },
};

/** What becomes of a backup that somebody deletes with these credentials. */
export async function checkVersioning({ place, target }: CheckedBucket): Promise<Finding> {
  const subject = `The versioning of the bucket ${place.bucket}`;
  return MEANING[await call(target.connection, 'read', subject, (opened) => versioningOf(target.connection, opened))];
}

import { checkCreateOnly } from './bucket/create-only.ts';
import type { CheckedBucket } from './bucket/checked-bucket.ts';
import { checkFree } from './bucket/free.ts';
import { checkHidden } from './bucket/hidden.ts';
import { checkLock } from './bucket/lock.ts';
import { checkObjects } from './bucket/objects.ts';
import { checkPublic } from './bucket/public.ts';
import { checkReachable } from './bucket/reachable.ts';
import { checkRegion } from './bucket/region.ts';
import { checkVersioning } from './bucket/versioning.ts';
import type { CheckRow } from './check.ts';
import { checkSkew } from './clock.ts';

/** What is looked at of a bucket, in order. */
export const BUCKET_CHECKS: readonly CheckRow<CheckedBucket>[] = [
  ['storage-reachable', undefined, checkReachable],
  ['storage-clock', 'storage-reachable', ({ target }) => checkSkew(target.connection.clockSkewMs)],
  ['storage-region', 'storage-reachable', checkRegion],
  ['storage-objects', 'storage-reachable', checkObjects],
  ['storage-create-only', 'storage-objects', checkCreateOnly],
  ['storage-lock', 'storage-reachable', checkLock],
  ['storage-versioning', 'storage-reachable', checkVersioning],
  ['storage-hidden', 'storage-reachable', checkHidden],
  ['storage-free', 'storage-reachable', checkFree],
  ['storage-public', 'storage-reachable', checkPublic],
];

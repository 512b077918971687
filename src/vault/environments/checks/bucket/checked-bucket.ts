import { randomBytes } from 'node:crypto';
import type { EgressGuard } from '../../../../clients/egress.ts';
import { PROBES } from '../../../targets/object-name.ts';
import { IMPATIENT } from '../../../targets/s3/limits.ts';
import { S3Target } from '../../../targets/s3/s3.ts';
import type { BucketPlace } from '../../../targets/storage-access.ts';

/** A bucket that backups are to go to. */
export interface CheckedBucket {
  readonly place: BucketPlace;
  /** The place without its lock: what checks put there can be taken away again. */
  readonly target: S3Target;
  /** Whether a vault may lie there already: it is this environment's own. */
  readonly hasVault: boolean;
}

export function checkedBucket(place: BucketPlace, hasVault: boolean, guard: EgressGuard): CheckedBucket {
  const { lock: _, ...unlocked } = place;
  return { place, target: new S3Target(unlocked, guard, { limits: IMPATIENT }), hasVault };
}

/** Lets a check use an object of its own, which is gone afterwards. */
export async function withProbe<T>(
  { target }: CheckedBucket,
  run: (name: string, bytes: Buffer) => Promise<T>,
): Promise<T> {
  const name = `${PROBES}${randomBytes(12).toString('hex')}`;
  try {
    return await run(name, randomBytes(64));
  } finally {
    await target.delete(name).catch(() => undefined);
  }
}

/** Whether an error says that the store does not let these credentials ask, or does not know the question. */
export function isNoAnswer(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return [400, 403, 404, 405, 501].includes($metadata?.httpStatusCode ?? 0);
}

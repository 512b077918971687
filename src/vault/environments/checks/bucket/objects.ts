import { VaultError } from '../../../errors.ts';
import { passed, warned, type Finding } from '../check.ts';
import { withProbe, type CheckedBucket } from './checked-bucket.ts';
import { PROBES } from '../../../targets/object-name.ts';

/** Puts an object, reads it whole and in part, finds it in the list, and deletes it. */
export async function checkObjects(bucket: CheckedBucket): Promise<Finding> {
  const { target, place } = bucket;
  return await withProbe(bucket, async (name, bytes) => {
    await target.put(name, bytes);
    const whole = await target.get(name, bytes.length);
    const part = await target.getRange(name, 10, 20);
    if (!whole.equals(bytes) || !part.equals(bytes.subarray(10, 30))) {
      throw new VaultError('target-failed', 'The bucket gave back other bytes than were put there');
    }
    let isListed = false;
    for await (const listed of target.list(PROBES)) isListed ||= listed.name === name;
    if (!isListed) throw new VaultError('target-failed', 'The bucket does not list what was put there a moment ago');
    try {
      await target.delete(name);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (error.code === 'object-locked') {
        return warned(
          `Objects can be put, read and listed; the bucket itself locks each for a time (${error.what}). Retention frees room no earlier than that.`,
        );
      }
      if (error.code !== 'target-denied' || place.lock === undefined) throw error;
      return warned(
        'Objects can be put, read and listed, but these credentials may not delete. Retention frees no room; allow s3:DeleteObject and s3:DeleteObjectVersion if it should.',
      );
    }
    return passed('objects can be put, read whole and in part, listed and deleted');
  });
}

import { VaultError } from '../../../errors.ts';
import { failed, passed, warned, type Finding } from '../check.ts';
import { withProbe, type CheckedBucket } from './checked-bucket.ts';

/** Tries to write other bytes over an object. */
export async function checkCreateOnly(bucket: CheckedBucket): Promise<Finding> {
  const { target } = bucket;
  return await withProbe(bucket, async (name, bytes) => {
    await target.put(name, bytes);
    const refused = await target.put(name, Buffer.from('other bytes')).then(
      () => false,
      (error: unknown) => {
        if (error instanceof VaultError && error.code === 'object-exists') return true;
        throw error;
      },
    );
    if (!refused || !(await target.get(name, bytes.length)).equals(bytes)) {
      return failed(
        'The store lets one object be written over another. Use one that honours If-None-Match on writes (AWS S3, Ceph, MinIO).',
      );
    }
    if ((await target.creation()) === 'conditional') return passed('what is written once is not written over');
    return warned(
      'The store does not look at If-None-Match where it keeps versions: of two writers the older version is taken. Nothing is lost by that, and each object costs two more calls; a newer version of the store may look at it.',
    );
  });
}

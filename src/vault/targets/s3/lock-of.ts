import type { ObjectLock } from '../target.ts';
import { call } from './call.ts';
import type { S3Connection } from './connection.ts';
import { objectOf } from './keeping.ts';

/** What S3, and Ceph, say where an object has no lock or hold, or its bucket has none. */
const NOTHING: ReadonlySet<string> = new Set([
  'NoSuchObjectLockConfiguration',
  'ObjectLockConfigurationNotFoundError',
  'InvalidRequest',
]);

/** What may be asked of locks, once that was tried: a `HeadObject` leaves out what one may not see, without a word. */
export interface LockRights {
  retention?: boolean;
  hold?: boolean;
}

/**
 * What keeps the newest version of an object. `HeadObject` answers it in one call, but says nothing of a lock to whom
 * `s3:GetObjectRetention` is not allowed (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html), so the
 * first time that it says nothing the question is put by its own name, and a refusal rejects with `target-denied`.
 */
export async function lockOf(
  connection: S3Connection,
  rights: LockRights,
  key: string,
  subject: string,
): Promise<ObjectLock> {
  return await call(connection, 'asked for its lock', subject, async ({ sdk, client }) => {
    const head = await client.send(new sdk.HeadObjectCommand(objectOf(connection, key)));
    const { ObjectLockRetainUntilDate: until, ObjectLockMode: mode, ObjectLockLegalHoldStatus: status } = head;
    if (until === undefined && rights.retention !== true) {
      await mayAsk(() => client.send(new sdk.GetObjectRetentionCommand(objectOf(connection, key))));
    }
    rights.retention = true;
    if (status === undefined && rights.hold !== true) {
      await mayAsk(() => client.send(new sdk.GetObjectLegalHoldCommand(objectOf(connection, key))));
    }
    rights.hold = true;
    return {
      ...(until && { untilMs: until.getTime() }),
      ...(until && mode && { mode: mode === 'COMPLIANCE' ? ('compliance' as const) : ('governance' as const) }),
      isHeld: status === 'ON',
    };
  });
}

/** Rejects where one may not ask; that there is nothing is an answer. */
async function mayAsk(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!NOTHING.has((error as Error).name)) throw error;
  }
}

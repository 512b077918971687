import { randomBytes } from 'node:crypto';
import { VaultError } from '../../../errors.ts';
import { call } from '../../../targets/s3/call.ts';
import type { Opened, S3Connection } from '../../../targets/s3/connection.ts';
import { codeOf } from '../../../targets/s3/errors.ts';
import { objectOf, putWhole } from '../../../targets/s3/keeping.ts';
import { retentionOf } from '../../../targets/s3/retention.ts';
import { failed, passed, warned, type Finding } from '../check.ts';
import { isNoAnswer, type CheckedBucket } from './checked-bucket.ts';
import { PROBES } from '../../../targets/object-name.ts';

/** How long what shows that locks hold is locked itself. */
const PROBE_MS = 20_000;

/** Whether the bucket locks as the environment wants it, and what it locks by itself. */
export async function checkLock({ place, target }: CheckedBucket): Promise<Finding> {
  const { connection } = target;
  const subject = `The object lock of the bucket ${place.bucket}`;
  return await call(connection, 'read', subject, async (opened) => {
    const own = await configurationOf(connection, opened);
    if (place.lock === undefined) return unwanted(own);
    if (own === undefined) {
      return failed(
        'The bucket has no object lock, which the environment wants. It is switched on when a bucket is made: use another bucket, or save the environment without object lock.',
      );
    }
    await clearProbes(connection, opened, target.list(`${PROBES}lock-`));
    const { mode } = place.lock;
    const holds = await refusesToDelete(
      connection,
      opened,
      `${place.prefix}${PROBES}lock-${randomBytes(8).toString('hex')}`,
      mode,
    );
    if (!holds) return failed(`The store deletes what is locked (${mode}). Do not rely on it: use another one.`);
    const note = mode === 'governance' ? '; who has s3:BypassGovernanceRetention can still delete' : '';
    return passed(`objects are locked for ${place.lock.days} days (${mode})${note}`);
  });
}

/** The retention that the bucket gives to everything by itself; undefined: it has no object lock. */
async function configurationOf({ place }: S3Connection, { sdk, client }: Opened) {
  try {
    const { ObjectLockConfiguration } = await client.send(
      new sdk.GetObjectLockConfigurationCommand({ Bucket: place.bucket }),
    );
    if (ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') return undefined;
    const { Days, Years, Mode } = ObjectLockConfiguration.Rule?.DefaultRetention ?? {};
    return { days: Days ?? (Years ?? 0) * 365, mode: Mode };
  } catch (error) {
    if (codeOf(error) === 'AccessDenied') {
      throw new VaultError('target-denied', 'These credentials may not ask for the object lock of the bucket', error);
    }
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
}

function unwanted(own: { readonly days: number; readonly mode: string | undefined } | undefined): Finding {
  if (own === undefined || own.days === 0) {
    return { outcome: 'skipped', what: 'the environment wants no object lock' };
  }
  return warned(
    `The bucket locks every object for ${own.days} days by itself (${own.mode?.toLowerCase()}), and the environment does not know. Nothing can be pruned earlier: save the environment with object lock, so that locks are extended while objects are needed.`,
  );
}

/** Puts an object that is locked for some seconds, and tries to delete it. */
async function refusesToDelete(
  connection: S3Connection,
  opened: Opened,
  key: string,
  mode: 'governance' | 'compliance',
): Promise<boolean> {
  const { sdk, client } = opened;
  const made = await putWhole(connection, opened, key, randomBytes(64), {
    ObjectLockMode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
    ObjectLockRetainUntilDate: new Date(Date.now() + PROBE_MS),
  });
  if ((await retentionOf(connection, opened, key, made.versionId)) === undefined) return false;
  const version = made.versionId !== undefined && { VersionId: made.versionId };
  try {
    await client.send(new sdk.DeleteObjectCommand({ ...objectOf(connection, key), ...version }));
    return false;
  } catch (error) {
    if (codeOf(error) === 'AccessDenied' || isNoAnswer(error)) return true;
    throw error;
  }
}

/** What earlier looks left, as far as its lock has ended. */
async function clearProbes(
  connection: S3Connection,
  { sdk, client }: Opened,
  probes: AsyncIterable<{ readonly name: string }>,
): Promise<void> {
  for await (const { name } of probes) {
    const key = connection.place.prefix + name;
    const { VersionId } = await client.send(new sdk.HeadObjectCommand(objectOf(connection, key)));
    const version = VersionId !== undefined && { VersionId };
    await client.send(new sdk.DeleteObjectCommand({ ...objectOf(connection, key), ...version })).catch(() => undefined);
  }
}

import { VaultError } from '../../errors.ts';
import { again } from './again.ts';
import { call } from './call.ts';
import type { Opened, S3Connection } from './connection.ts';
import { attemptsOf, codeOf } from './errors.ts';
import { lockedUntilMs, locking, objectOf, putWhole, type Made } from './keeping.ts';
import { putInParts } from './multipart.ts';
import { isSame } from './same.ts';
import { versionsUnder } from './versions.ts';

/**
 * How a store keeps one object from being written over another: it refuses, or it keeps both as versions and the order
 * of these decides.
 */
export type Creation = 'conditional' | 'by-version';

/** Makes an object that is not there yet: `object-exists`. `mayLook`: what lies there may be read, to know it again. */
export async function putNew(
  connection: S3Connection,
  creation: Creation,
  key: string,
  subject: string,
  bytes: Uint8Array,
  mayLook = true,
): Promise<void> {
  const put = creation === 'by-version' ? putByVersion : putConditionally;
  await call(connection, 'written', subject, async (opened) => await put(connection, opened, key, bytes, mayLook));
}

/** Asks the store to refuse where there is an object of the name. */
async function putConditionally(
  connection: S3Connection,
  opened: Opened,
  key: string,
  bytes: Uint8Array,
  mayLook: boolean,
) {
  const { place, limits } = connection;
  // AWS completes parts under the same condition as a whole object; Ceph 16, for one, does not look at it.
  const inParts = bytes.length > limits.multipartAbove && place.provider === 'aws-s3';
  await ours(connection, opened, key, bytes, inParts ? putInParts : putWhole, mayLook);
}

/**
 * Makes an object in a store that keeps versions and may leave the condition of a write out of account (Ceph 16 in its
 * versioned buckets): nothing is lost there by writing, and of several writers of a name the one whose version is the
 * oldest has won. The others take theirs back. The lock comes when it is won: what is locked cannot be taken back.
 * Right in every store that creates only, in more calls.
 */
async function putByVersion(connection: S3Connection, opened: Opened, key: string, bytes: Uint8Array) {
  const { sdk, client } = opened;
  const object = objectOf(connection, key);
  if (await isThere(opened, object)) throw exists(key);
  const own = await ours(
    connection,
    opened,
    key,
    bytes,
    async () => await putWhole(connection, opened, key, bytes, {}),
  );
  const oldest = own.versionId === undefined ? undefined : await oldestVersion(connection, opened, key);
  if (oldest !== own.versionId) {
    await client.send(new sdk.DeleteObjectCommand({ ...object, VersionId: own.versionId }));
    if (own.attempts === 1 || !(await isSame(connection, opened, key, bytes, oldest))) throw exists(key);
  }
  const lock = locking(connection);
  if (!('ObjectLockMode' in lock)) return;
  const version = oldest !== undefined && { VersionId: oldest };
  const Retention = { Mode: lock.ObjectLockMode, RetainUntilDate: new Date(lockedUntilMs(connection)) };
  await client.send(new sdk.PutObjectRetentionCommand({ ...object, ...version, Retention }));
}

/**
 * Tries to put an object until there is an answer. Where the answer to an attempt was lost, it finds out whether it was
 * this very object that got there.
 */
async function ours(
  connection: S3Connection,
  opened: Opened,
  key: string,
  bytes: Uint8Array,
  put: (connection: S3Connection, opened: Opened, key: string, bytes: Uint8Array) => Promise<Made>,
  mayLook = true,
): Promise<Made> {
  let lost = 0;
  return await again(connection.limits.maxAttempts, async () => {
    try {
      const made = await put(connection, opened, key, bytes);
      return { ...made, attempts: made.attempts + lost };
    } catch (error) {
      const attempts = attemptsOf(error) + lost;
      const isTaken = codeOf(error) === 'PreconditionFailed' || codeOf(error) === 'NoSuchUpload';
      if (isTaken && attempts > 1 && mayLook && (await isSame(connection, opened, key, bytes))) return { attempts };
      lost = attempts;
      throw error;
    }
  });
}

async function isThere({ sdk, client }: Opened, object: { Bucket: string; Key: string }): Promise<boolean> {
  try {
    await client.send(new sdk.HeadObjectCommand(object));
    return true;
  } catch (error) {
    if (codeOf(error) === 'NotFound' || codeOf(error) === 'NoSuchKey') return false;
    throw error;
  }
}

/** The version that came first: one behind a delete marker counts, somebody has only put it out of sight. */
async function oldestVersion(connection: S3Connection, opened: Opened, key: string): Promise<string | undefined> {
  let oldest: string | undefined;
  // A list has the newest version of a name first.
  for await (const version of versionsUnder(connection, opened, key)) {
    if (version.key === key && !version.isMarker) oldest = version.versionId;
  }
  return oldest;
}

function exists(key: string): VaultError {
  return new VaultError('object-exists', `The object ${key} exists already in the bucket`);
}

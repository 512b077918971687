import { LockedError } from '../../errors.ts';
import { call } from './call.ts';
import type { Opened, S3Connection } from './connection.ts';
import { codeOf } from './errors.ts';
import { retentionOf } from './retention.ts';
import { versionsUnder, type Version } from './versions.ts';

/** Removes an object that has one version at the most. */
export async function removeOnly(connection: S3Connection, key: string, subject: string): Promise<void> {
  await call(connection, 'deleted', subject, async (opened) => await removeVersion(connection, opened, key, subject));
}

/**
 * Removes every version of an object, the newest last: what is cut off leaves the object in sight, to be removed again.
 */
export async function removeVersions(connection: S3Connection, key: string, subject: string): Promise<void> {
  await call(connection, 'deleted', subject, async (opened) => {
    const found: Version[] = [];
    for await (const version of versionsUnder(connection, opened, key)) if (version.key === key) found.push(version);
    for (const { versionId } of found.toSorted((a, b) => Number(a.isLatest) - Number(b.isLatest))) {
      await removeVersion(connection, opened, key, subject, versionId);
    }
  });
}

async function removeVersion(
  connection: S3Connection,
  opened: Opened,
  key: string,
  subject: string,
  versionId?: string,
): Promise<void> {
  const { sdk, client } = opened;
  const object = {
    Bucket: connection.place.bucket,
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
  };
  try {
    await client.send(new sdk.DeleteObjectCommand(object));
  } catch (error) {
    if (codeOf(error) === 'NoSuchKey' || codeOf(error) === 'NoSuchVersion') return;
    const held = await retentionOf(connection, opened, key, versionId).catch(() => undefined);
    if (held === undefined) throw error;
    const untilMs = held.untilMs > Date.now() ? held.untilMs : undefined;
    throw new LockedError(`${subject} cannot be deleted yet: ${held.text}`, untilMs, error);
  }
}

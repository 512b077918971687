import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Opened, S3Connection } from './connection.ts';

const DAY_MS = 86_400_000;

/** Which object of the bucket: what every request about one says. */
export function objectOf({ place }: S3Connection, key: string) {
  return { Bucket: place.bucket, Key: key };
}

/** How an object is kept: what every request that makes one says of it. */
export function keeping(connection: S3Connection, key: string) {
  const { serverSideKey } = connection.place;
  return {
    ...objectOf(connection, key),
    ...(serverSideKey !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: serverSideKey }),
  } as const satisfies PutObjectCommandInput;
}

/** Until when a new object is locked. */
export function lockedUntilMs({ place: { lock } }: S3Connection): number {
  return Date.now() + (lock?.days ?? 0) * DAY_MS;
}

/** How a new object is locked, where the environment wants it. */
export function locking(connection: S3Connection) {
  const { lock } = connection.place;
  if (lock === undefined) return {};
  return {
    ObjectLockMode: lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
    ObjectLockRetainUntilDate: new Date(lockedUntilMs(connection)),
  } as const;
}

/** What came of a put. */
export interface Made {
  /** Where the bucket keeps versions. */
  readonly versionId?: string;
  /** How often the store was asked until it answered: after more than one, what is there may be ours. */
  readonly attempts: number;
}

/**
 * Puts an object in one request, under the condition that there is none of its name.
 */
export async function putWhole(
  connection: S3Connection,
  { sdk, client }: Opened,
  key: string,
  bytes: Uint8Array,
  lock: ReturnType<typeof locking> = locking(connection),
): Promise<Made> {
  const isLocked = 'ObjectLockMode' in lock;
  const { VersionId, $metadata } = await client.send(
    new sdk.PutObjectCommand({
      ...keeping(connection, key),
      ...lock,
      Body: bytes,
      IfNoneMatch: '*',
      // A locked object wants a checksum; the SDK gives AWS a newer one by itself.
      ...(isLocked && connection.place.provider !== 'aws-s3' && { ContentMD5: md5(bytes) }),
    }),
  );
  const versionId = VersionId === 'null' ? undefined : VersionId;
  return { ...(versionId !== undefined && { versionId }), attempts: $metadata.attempts ?? 1 };
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

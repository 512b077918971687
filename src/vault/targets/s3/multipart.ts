import type { CompletedPart, ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { Opened, S3Connection } from './connection.ts';
import { keeping, locking, objectOf, type Made } from './keeping.ts';

/** Uploads that began so long ago are of processes that have died. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** Makes a large object of parts. It appears whole, if there is none of its name; what fails leaves no part behind. */
export async function putInParts(
  connection: S3Connection,
  opened: Opened,
  key: string,
  bytes: Uint8Array,
): Promise<Made> {
  const { sdk, client } = opened;
  const place = objectOf(connection, key);
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...keeping(connection, key), ...locking(connection) }),
  );
  try {
    const Parts = await putParts(connection, opened, { ...place, UploadId }, bytes);
    const { $metadata } = await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...place, UploadId, IfNoneMatch: '*', MultipartUpload: { Parts } }),
    );
    return { attempts: $metadata.attempts ?? 1 };
  } catch (error) {
    // What cannot be removed now is removed as abandoned later.
    await client.send(new sdk.AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function putParts(
  { limits }: S3Connection,
  { sdk, client }: Opened,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
  bytes: Uint8Array,
): Promise<CompletedPart[]> {
  const count = Math.ceil(bytes.length / limits.partLength);
  const parts: CompletedPart[] = [];
  let next = 0;
  let isBroken = false;
  const work = async (): Promise<void> => {
    while (next < count && !isBroken) {
      const number = next++;
      const Body = bytes.subarray(number * limits.partLength, (number + 1) * limits.partLength);
      try {
        const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber: number + 1, Body }));
        parts[number] = { PartNumber: number + 1, ETag };
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(count, limits.partsAtOnce) }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return parts;
}

/** Removes the parts that processes left which died before they were done. They cost money and show in no list of objects. */
export async function removeAbandonedParts(
  { place }: S3Connection,
  { sdk, client }: Opened,
  nowMs = Date.now(),
): Promise<number> {
  const bucket = { Bucket: place.bucket };
  let removed = 0;
  let at: { readonly KeyMarker?: string | undefined; readonly UploadIdMarker?: string | undefined } | undefined = {};
  while (at) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new sdk.ListMultipartUploadsCommand({ ...bucket, Prefix: place.prefix, ...at }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Initiated === undefined || Initiated.getTime() > nowMs - ABANDONED_AFTER_MS) continue;
      await client.send(new sdk.AbortMultipartUploadCommand({ ...bucket, Key, UploadId }));
      removed++;
    }
    at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
  return removed;
}

import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { Opened, S3Connection } from './connection.ts';

/** One version of an object, or a mark that it was deleted. */
export interface Version {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  /** When the store says that it came. */
  readonly storedMs: number;
}

/** Whether the bucket keeps what is deleted and written over: `unknown` where these credentials may not ask. */
export async function versioningOf(
  { place }: S3Connection,
  { sdk, client }: Opened,
): Promise<'on' | 'suspended' | 'off' | 'unknown'> {
  try {
    const { Status } = await client.send(new sdk.GetBucketVersioningCommand({ Bucket: place.bucket }));
    if (Status === undefined) return 'off';
    return Status === 'Enabled' ? 'on' : 'suspended';
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    if ([400, 403, 405, 501].includes($metadata?.httpStatusCode ?? 0)) return 'unknown';
    throw error;
  }
}

/** Every version of every object under a prefix of the bucket, those of one name together. */
export async function* versionsUnder(
  { place }: S3Connection,
  { sdk, client }: Opened,
  prefix: string,
): AsyncGenerator<Version> {
  let at: { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined } | undefined = {};
  while (at) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new sdk.ListObjectVersionsCommand({ Bucket: place.bucket, Prefix: prefix, EncodingType: 'url', ...at }),
    );
    yield* versionsOf(page);
    at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
}

/** The versions and markers of a page, in the order of their names. */
function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Version[] {
  const version = (isMarker: boolean) => (item: (typeof DeleteMarkers)[number]) => ({
    key: plainKey(item.Key ?? ''),
    versionId: item.VersionId,
    isLatest: item.IsLatest ?? false,
    isMarker,
    storedMs: item.LastModified?.getTime() ?? 0,
  });
  const all = [...Versions.map(version(false)), ...DeleteMarkers.map(version(true))];
  return all.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** A key as it is: lists carry it URL-encoded, so that every name of others gets through. */
export function plainKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return encoded;
  }
}

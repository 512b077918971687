import { readBody } from './body.ts';
import { isVaultError } from './call.ts';
import type { Opened, S3Connection } from './connection.ts';
import { objectOf } from './keeping.ts';

/** Whether an object, or a version of it, has exactly these bytes. */
export async function isSame(
  connection: S3Connection,
  { sdk, client }: Opened,
  key: string,
  bytes: Uint8Array,
  versionId?: string,
): Promise<boolean> {
  const version = versionId !== undefined && { VersionId: versionId };
  const answer = await client.send(new sdk.GetObjectCommand({ ...objectOf(connection, key), ...version }));
  try {
    return (await readBody(answer, key, bytes.length, connection.pace)).equals(bytes);
  } catch (error) {
    if (isVaultError(error, 'malformed')) return false;
    throw error;
  }
}

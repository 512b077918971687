import type { KeyUse } from '../audit/last-uses.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';

/** The last time that a key's material was used with success, by whatever protocol; undefined for one never used. */
export function lastUseOf(records: RecordReader, { key, recordId }: OpenKey): MaybePromise<KeyUse | undefined> {
  return andThen(records.lastUse(key.tenantId, recordId), (use) =>
    // A use of before it was made is that of a replica which its region had earlier.
    use !== undefined && use.atMs >= key.createdAtMs ? use : undefined,
  );
}

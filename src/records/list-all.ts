import type { RecordReader } from './ports.ts';
import type { RecordKind, StoredRecord } from './record.ts';

const PAGE = 1_000;

/** All records of one tenant, kind and scope, sorted by id: for scopes that hold some thousands at most. */
export async function listAllOf(
  records: Pick<RecordReader, 'list'>,
  tenantId: string,
  kind: RecordKind,
  scope: string,
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await records.list(tenantId, kind, scope, { limit: PAGE, ...(after !== undefined && { after }) });
    found.push(...page);
    if (page.length < PAGE) return found;
    after = page.at(-1)?.id;
  }
}

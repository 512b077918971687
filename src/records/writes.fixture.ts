import { createSecretKey, randomBytes } from 'node:crypto';
import type { AuditDraft } from '../audit/entry.ts';
import type { Commit, Write } from './commit.ts';
import { sealRecord, type StoredRecord } from './record.ts';

const recordKey = createSecretKey(Buffer.alloc(32, 7));

/** An entry for tests. */
export function draft(tenantId: string, more: Partial<AuditDraft> = {}): AuditDraft {
  return {
    tenantId,
    timeMs: 1_800_000_000_000,
    principal: 'arn:test:principal',
    action: 'kms:Encrypt',
    requestId: 'r-1',
    outcome: 'done',
    details: { source: '127.0.0.1' },
    salt: randomBytes(16),
    ...more,
  };
}

/** A record for tests. */
export function record(id: string, revision = 1, more: Partial<StoredRecord> = {}): StoredRecord {
  const { tenantId = 't1', kind = 'key', scope = 'eu', body = Buffer.from(JSON.stringify({ id, revision })) } = more;
  return sealRecord({ tenantId, kind, id, scope, revision, body }, recordKey);
}

/** A commit of these writes with its account. */
export function change(writes: readonly Write[], more: Partial<Commit> = {}): Commit {
  const tenants = new Set(writes.map((write) => ('put' in write ? write.put.tenantId : write.remove.tenantId)));
  return { writes, entries: [...tenants].map((tenant) => draft(tenant, { action: 'change', change: true })), ...more };
}

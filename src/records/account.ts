import { type AuditDraft, type AuditLeaf, leafOf, type RecordedChange } from '../audit/entry.ts';
import type { Commit, Write } from './commit.ts';
import { recordDigest } from './record.ts';

/** The tenant whose record a write changes. */
export function tenantOf(write: Write): string {
  return 'put' in write ? write.put.tenantId : write.remove.tenantId;
}

/**
 * Refuses a commit that leaves no account of itself: each commit has an entry, and each tenant whose records it
 * changes has an entry marked `change` in its own log, which is where the tenant's new state root is written.
 *
 * @throws {TypeError} a fault of the caller; nothing may be written.
 */
export function assertAccountable(commit: Commit): void {
  if (commit.entries.length === 0) throw new TypeError('a commit has at least one audit entry');
  for (const write of commit.writes) {
    const tenant = tenantOf(write);
    if (!commit.entries.some((entry) => entry.change === true && entry.tenantId === tenant)) {
      throw new TypeError(
        `a commit that changes records of ${tenant} needs an entry marked 'change' in the log of ${tenant}`,
      );
    }
  }
}

/** Makes the leaf of an entry of a commit, with the account of the changes to the entry's tenant. */
export function leafOfCommit(entry: AuditDraft, commit: Commit, rootOf: (tenant: string) => Buffer): AuditLeaf {
  if (entry.change !== true) return leafOf(entry);
  const changes = commit.writes.filter((write) => tenantOf(write) === entry.tenantId).map(changeOf);
  return leafOf(entry, { changes, stateRoot: rootOf(entry.tenantId).toString('hex') });
}

function changeOf(write: Write): RecordedChange {
  if ('put' in write) {
    const { kind, id, revision } = write.put;
    return { kind, id, revision, digest: recordDigest(write.put).toString('hex') };
  }
  return { kind: write.remove.kind, id: write.remove.id, revision: write.revision, digest: null };
}

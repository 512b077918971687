import type { AuditDraft } from '../audit/entry.ts';
import type { RecordKind, RecordRef, StoredRecord } from './record.ts';

/**
 * A name by which a record is found: unique in its space over the whole installation (`alias:<tenant>:<region>`,
 * `access-key`, ...). A convenience of look-up and nothing more: whoever resolves a name checks it against the
 * record, whose MAC covers it.
 */
export interface RecordName {
  readonly space: string;
  readonly name: string;
}

/** One record's change. The record must be at `record.revision - 1` (0: must not exist), or the commit is refused. */
export interface Put {
  readonly put: StoredRecord;
  readonly claim?: readonly RecordName[];
  readonly release?: readonly RecordName[];
}

/** Takes a record away. It must be at `revision`. Its names are released with it. */
export interface Remove {
  readonly remove: RecordRef;
  readonly revision: number;
}

export type Write = Put | Remove;

/** A record that is read but not changed, and must still be at this revision. */
export interface Precondition {
  readonly ref: RecordRef;
  readonly revision: number;
}

/** A scope that is to have fewer records than this before the commit adds to it: counted where commits are ordered. */
export interface Room {
  readonly tenantId: string;
  readonly kind: RecordKind;
  readonly scope: string;
  /** At least 1. */
  readonly below: number;
}

/**
 * A change as data. All of it becomes durable in one transaction, or none. Every change of state (`writes` not
 * empty) bumps the freshness epoch; a commit of entries alone does not.
 */
export interface Commit {
  readonly preconditions?: readonly Precondition[];
  /** Where there must be room. */
  readonly rooms?: readonly Room[];
  /**
   * Spaces that must hold no name once the commit has given up its own, and before it claims any: looked at where commits
   * are ordered.
   */
  readonly emptySpaces?: readonly string[];
  readonly writes: readonly Write[];
  /**
   * At least one. To those marked `change` the writer adds the digests of the written records of the entry's tenant
   * and that tenant's new state root. Each tenant whose records are written needs such an entry.
   */
  readonly entries: readonly AuditDraft[];
  /** Disable, revoke, delete: what makes things safer may use the reserve that is kept for a full disk. */
  readonly urgent?: boolean;
  /**
   * Destroys what it replaces or removes: when the commit is answered, the old bytes are gone from the database and,
   * unless a reader was in the way, from its journal. Costs a few milliseconds.
   */
  readonly shred?: boolean;
}

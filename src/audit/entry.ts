import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import { lengthPrefixed } from '../bytes/encoding.ts';

/** What became of an act: it was done, it was refused (a rule said no), or it failed (something broke). */
export type Outcome = 'done' | 'refused' | 'failed';

/** An entry as the pipeline hands it over, before it has a place in the log. Times are milliseconds since 1970. */
export interface AuditDraft {
  /** The log it goes to: a tenant's id, or `installation`. */
  readonly tenantId: string;
  readonly timeMs: number;
  /** The principal's id, for people: an ARN-like name. */
  readonly principal: string;
  /** `kms:Encrypt`, `keystead:CreateTenant`, ... */
  readonly action: string;
  readonly key?: string | undefined;
  readonly keyVersion?: string | undefined;
  readonly requestId: string;
  readonly outcome: Outcome;
  /** A machine-readable code, where the outcome is not `done`. */
  readonly reason?: string | undefined;
  /** Whether this entry is the account of the commit's writes. The writer adds their digests and the state root. */
  readonly change?: boolean;
  /**
   * Source address, encryption context, names: kept beside the log under a salted commitment, erasable. Never a
   * plaintext, a key, a token.
   */
  readonly details: Json;
  /** 16 random bytes, fresh for each entry. */
  readonly salt: Buffer;
}

/** A changed record in an entry: what it became. */
export interface RecordedChange {
  readonly kind: string;
  readonly id: string;
  readonly revision: number;
  /** Hexadecimal SHA-256 of the record, or null when it was removed. */
  readonly digest: string | null;
}

/** What the writer alone can say of a change, since it is the one that orders them. */
export interface ChangeAccount {
  readonly changes: readonly RecordedChange[];
  /** Hexadecimal state root of the entry's tenant after the commit. */
  readonly stateRoot: string;
}

/** An entry ready for the log: the leaf that is hashed into the tree, and the erasable details beside it. */
export interface AuditLeaf {
  readonly tenantId: string;
  /** Canonical JSON, UTF-8, at most 65,535 bytes. */
  readonly leaf: Buffer;
  readonly salt: Buffer;
  /** Canonical JSON, UTF-8. */
  readonly details: Buffer;
}

const COMMITMENT_LABEL = lengthPrefixed('keystead/audit-details/v1');
let commitmentInput = Buffer.alloc(4096);
COMMITMENT_LABEL.copy(commitmentInput);

/** SHA-256 over salt and details: what the leaf says of them. */
export function detailsCommitment(salt: Uint8Array, details: Uint8Array): Buffer {
  return hash('sha256', commitmentInputOf(salt, details), 'buffer');
}

/** `lengthPrefixed(label, salt, details)` in memory that is kept: every use of a key comes by here. */
function commitmentInputOf(salt: Uint8Array, details: Uint8Array): Buffer {
  const length = COMMITMENT_LABEL.length + 8 + salt.byteLength + details.byteLength;
  if (length > commitmentInput.length) {
    commitmentInput = Buffer.alloc(2 * length);
    COMMITMENT_LABEL.copy(commitmentInput);
  }
  let at = commitmentInput.writeUInt32BE(salt.byteLength, COMMITMENT_LABEL.length);
  commitmentInput.set(salt, at);
  at = commitmentInput.writeUInt32BE(details.byteLength, at + salt.byteLength);
  commitmentInput.set(details, at);
  return commitmentInput.subarray(0, length);
}

/** Makes the leaf of an entry: docs/spec/audit-log.md. */
export function leafOf(draft: AuditDraft, account?: ChangeAccount): AuditLeaf {
  const details = Buffer.from(canonicalJson(draft.details), 'utf8');
  // The members stand in canonical order, so JSON.stringify writes canonical JSON. It leaves out undefined members.
  const leaf = JSON.stringify({
    action: draft.action,
    changes: account?.changes.map(({ digest, id, kind, revision }) => ({ digest, id, kind, revision })),
    details: hash('sha256', commitmentInputOf(draft.salt, details), 'hex'),
    key: draft.key,
    keyVersion: draft.keyVersion,
    outcome: draft.outcome,
    principal: draft.principal,
    reason: draft.reason,
    request: draft.requestId,
    stateRoot: account?.stateRoot,
    tenant: draft.tenantId,
    time: draft.timeMs,
    v: 1,
  });
  return { tenantId: draft.tenantId, leaf: Buffer.from(leaf, 'utf8'), salt: draft.salt, details };
}

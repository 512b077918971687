import type { AuditDraft } from '../audit/entry.ts';
import type { Random } from '../crypto/random.ts';

/** What the server does of its own accord, as its entry tells it. */
export interface OwnAct extends Pick<AuditDraft, 'tenantId' | 'action' | 'key'> {
  /** What it was about, where that has an id of its own; `sweep` where the clock alone asked for it. */
  readonly requestId?: string;
  /** Why it failed; absent: it was done. */
  readonly reason?: string | undefined;
  readonly details?: AuditDraft['details'];
}

/** The entry of a change that nobody asked for: of the clock, or of what is due to others. */
export function ownEntry(act: OwnAct, nowMs: number, random: Random): AuditDraft {
  const { tenantId, action, key, requestId = 'sweep', reason, details = {} } = act;
  return {
    tenantId,
    timeMs: nowMs,
    principal: 'keystead',
    action,
    key,
    requestId,
    outcome: reason === undefined ? 'done' : 'failed',
    reason,
    change: true,
    details,
    salt: random(16),
  };
}

import type { ConsoleSession } from '@keystead/sdk';

/** How long a session lasts, on this browser's clock: that of the server may be another. */
export interface SessionTimes {
  /** When it ends unless it is renewed. */
  readonly idleEndsMs: number;
  /** When it ends in any case. */
  readonly endsMs: number;
  readonly renewedMs: number;
}

/** Of a session that was renewed just now. */
export function timesOf({ renewedAt, idleEndsAt, endsAt }: ConsoleSession, nowMs: number): SessionTimes {
  const renewed = Date.parse(renewedAt);
  return {
    idleEndsMs: nowMs + Date.parse(idleEndsAt) - renewed,
    endsMs: nowMs + Date.parse(endsAt) - renewed,
    renewedMs: nowMs,
  };
}

const WARN_MS = 2 * 60_000;
const RENEW_AFTER_MS = 3 * 60_000;

/** What is to be done about a session now. */
export type SessionTask = 'nothing' | 'renew' | 'warn-idle' | 'warn-end' | 'over';

/** `activeMs`: when somebody last touched the page. */
export function sessionTask(times: SessionTimes, activeMs: number, nowMs: number): SessionTask {
  const endsMs = Math.min(times.idleEndsMs, times.endsMs);
  if (nowMs >= endsMs) return 'over';
  if (endsMs - nowMs <= WARN_MS) return times.endsMs <= times.idleEndsMs ? 'warn-end' : 'warn-idle';
  const renewAfter = Math.min(RENEW_AFTER_MS, (times.idleEndsMs - times.renewedMs) / 2);
  return activeMs > times.renewedMs && nowMs - times.renewedMs >= renewAfter ? 'renew' : 'nothing';
}

/** Wrong passwords and codes since the last right one: docs/spec/sign-in.md, "Lockout". */
export interface Attempts {
  readonly wrong: number;
  readonly lockedUntilMs?: number;
}

export const NO_ATTEMPTS: Attempts = { wrong: 0 };

const FREE_TRIES = 5;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 3_600_000;

/** Whether nothing is tried at this time. A clock that stepped back locks nobody for longer than the longest lock. */
export function isLocked({ lockedUntilMs }: Attempts, nowMs: number): boolean {
  return lockedUntilMs !== undefined && nowMs < lockedUntilMs && lockedUntilMs - nowMs <= LONGEST_LOCK_MS;
}

/** After one more wrong try: from the fifth on a minute, then twice as long each time, at most an hour. */
export function afterWrong({ wrong: before }: Attempts, nowMs: number): Attempts {
  const wrong = before + 1;
  if (wrong < FREE_TRIES) return { wrong };
  const lockMs = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** Math.min(wrong - FREE_TRIES, 20));
  return { wrong, lockedUntilMs: nowMs + lockMs };
}

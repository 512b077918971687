import { setTimeout as pause } from 'node:timers/promises';
import { hashPassword, PASSWORD_COST, type PasswordCost } from '../../../crypto/password-hash.ts';
import type { HashPassword } from '../../../identity/sign-in/password.ts';
import { HashingTurns } from './hashing-turns.ts';
import type { OwnAddresses } from './site.ts';
import { Tries } from './tries.ts';

/** What sign-in stands on besides the records. */
export interface SignInServices extends OwnAddresses {
  /** What new passwords are hashed with. */
  readonly cost: PasswordCost;
  /** Hashes when its turn comes. @throws {RequestError} 503 `busy`: too many wait */
  readonly hash: HashPassword;
  readonly tries: Tries;
  /**
   * Resolves when a refusal may leave: times on the monotonic clock at which its request came, and at which the work
   * was done that is the same for everybody.
   */
  readonly untilRefusal: (beganMs: number, sameMs: number) => Promise<void>;
  readonly monotonicMs: () => number;
}

/** Refusals leave at whole multiples of this after their request came, so that their time says nothing of their reason. */
const REFUSAL_STEP_MS = 500;
/** Which multiple it is, the work says that is the same for everybody: what is done for known users alone fits in this. */
const SLACK_MS = 250;

/** When a refusal leaves: at the first multiple that leaves room behind the common work, or later where that did not do. */
export function refusalAt(beganMs: number, sameMs: number, nowMs: number): number {
  const lastMs = Math.max(sameMs + SLACK_MS, nowMs);
  return beganMs + Math.max(1, Math.ceil((lastMs - beganMs) / REFUSAL_STEP_MS)) * REFUSAL_STEP_MS;
}

export function openSignIn(own: OwnAddresses): SignInServices {
  const monotonicMs = () => performance.now();
  const turns = new HashingTurns(hashPassword);
  return {
    ...own,
    cost: PASSWORD_COST,
    hash: (password, salt, cost) => turns.hash(password, salt, cost),
    tries: new Tries(monotonicMs),
    monotonicMs,
    untilRefusal: (beganMs, sameMs) => {
      const nowMs = monotonicMs();
      return pause(refusalAt(beganMs, sameMs, nowMs) - nowMs);
    },
  };
}

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
  /** Resolves when a refusal that began at this time, on the monotonic clock, may leave. */
  readonly untilRefusal: (beganMs: number) => Promise<void>;
  readonly monotonicMs: () => number;
}

/** Refusals leave at whole multiples of this after their request came, so that their time says nothing of their reason. */
const REFUSAL_STEP_MS = 500;

export function openSignIn(own: OwnAddresses): SignInServices {
  const monotonicMs = () => performance.now();
  const turns = new HashingTurns(hashPassword);
  return {
    ...own,
    cost: PASSWORD_COST,
    hash: (password, salt, cost) => turns.hash(password, salt, cost),
    tries: new Tries(monotonicMs),
    monotonicMs,
    untilRefusal: (beganMs) => pause(REFUSAL_STEP_MS - ((monotonicMs() - beganMs) % REFUSAL_STEP_MS)),
  };
}

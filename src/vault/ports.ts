import { randomBytes } from 'node:crypto';

/** Time as the vault needs it. */
export interface Clock {
  /** Milliseconds since 1970, for people. */
  nowMs(): number;
  /** Milliseconds that only ever go forward, for intervals. */
  monotonicMs(): number;
}

/** Salts and ids; never keys. */
export type Random = (length: number) => Buffer;

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

export const systemRandom: Random = (length) => randomBytes(length);

import { KeyError } from './errors.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/**
 * Every time that has to pass, or must not have passed, in the life of a key on the wire of IBM Key Protect, in
 * milliseconds: one table (https://cloud.ibm.com/docs/key-protect).
 */
export const WAITING_MS = {
  /** From the last change of state to being switched on. */
  enable: 30 * SECOND,
  /** From the deletion on. */
  restore: 30 * SECOND,
  /** Between two rotations that people ask for; the first after the creation need not wait. */
  rotate: HOUR,
  /** From the last change or sync on. */
  sync: HOUR,
  /** From the deletion on. */
  purge: 4 * HOUR,
  /** How long a deleted key can be taken back. */
  restorable: 30 * DAY,
  /** When a deleted key is purged by itself. */
  automaticPurge: 90 * DAY,
  /** How long the first of two authorisations holds. */
  authorization: 7 * DAY,
  /** When a service that has not acknowledged an event is late. */
  acknowledgement: 4 * HOUR,
  /** How long the IAM token of an API key serves. */
  token: HOUR,
} as const;

/** What has to wait. */
export type Wait = 'enable' | 'restore' | 'rotate' | 'sync' | 'purge';

/**
 * Whether the waiting time is over that began at `sinceMs`; nothing is waited for where it never began.
 *
 * @throws {KeyError} `too-early`, with the time from which on it is allowed
 */
export function requireWaited(wait: Wait, keyId: string, sinceMs: number | undefined, nowMs: number): void {
  if (sinceMs === undefined || nowMs >= sinceMs + WAITING_MS[wait]) return;
  throw new KeyError('too-early', { keyId, wait, allowedAtMs: sinceMs + WAITING_MS[wait] });
}

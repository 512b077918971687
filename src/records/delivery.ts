const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How far the telling of something to somebody outside has come. Only what waits is sent. */
export interface Delivery {
  readonly state: 'waiting' | 'delivered' | 'abandoned';
  /** How often it was begun to be sent. */
  readonly attempts: number;
  /** How often others to the same receiver were tried in vain while it waited behind them. */
  readonly passedOver?: number;
  /** While it waits: not before. */
  readonly nextAtMs: number;
  /** What the last attempt failed for, as a word. */
  readonly failure?: string;
  readonly deliveredAtMs?: number;
}

/** Why something was not taken. */
export interface NotTaken {
  /** As a word for people and for entries: never what the other side said. */
  readonly failure: string;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** How long something is sent again and again. */
const SENT_FOR_MS = 7 * 24 * HOUR_MS;
/** How often at least, by itself or by what it waited behind: a clock that jumps gives nothing up. */
const LEAST_ATTEMPTS = 20;
/** How long an attempt belongs to the server that began it: longer than any may take. */
const CLAIM_MS = MINUTE_MS;

/** What a receiver answers that wants no more of it (Standard Webhooks 1.0: 410 Gone). */
const GONE = 'status-410';

/** How long the n-th attempt that failed is followed by none; later ones like the last. */
const BACKOFF_MS = [
  5_000,
  30_000,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  6 * HOUR_MS,
];

/** No attempt is put off for so long: a receiver may ask for six hours at the most. */
const WRONG_CLOCK_MS = 12 * HOUR_MS;

/** Nobody is left alone for longer because it asks for it, in milliseconds. */
const MAX_RETRY_AFTER_MS = 6 * HOUR_MS;

/** Something that is to be told from now on. */
export function toDeliver(nowMs: number): Delivery {
  return { state: 'waiting', attempts: 0, nextAtMs: nowMs };
}

/** An attempt begins: until it is over, or has been for too long, nobody else makes another. */
export function attemptBegun(delivery: Delivery, nowMs: number): Delivery {
  return { ...delivery, attempts: delivery.attempts + 1, nextAtMs: nowMs + CLAIM_MS };
}

/** The receiver has it. */
export function deliveredAt(before: Delivery, nowMs: number): Delivery {
  const { failure: _, ...delivery } = before;
  return { ...delivery, state: 'delivered', deliveredAtMs: nowMs };
}

/** It waits, and behind one that was not taken `attempts` times: nobody would have taken it either. */
export function passedOver(delivery: Delivery, attempts: number): Delivery {
  return { ...delivery, passedOver: (delivery.passedOver ?? 0) + attempts };
}

/** How often it was tried, by itself or by what it waited behind. */
export function triesOf({ attempts, passedOver: others = 0 }: Delivery): number {
  return attempts + others;
}

/** Whether the next attempt was put off by a clock that was far ahead. */
export function isPutOffAstray({ state, nextAtMs }: Delivery, nowMs: number): boolean {
  return state === 'waiting' && nextAtMs - nowMs > WRONG_CLOCK_MS;
}

/**
 * The attempt came to nothing. The next one is later each time, by up to a quarter more (`jitter` from 0 up to 1), so that
 * those that failed together do not come together again; and not before the receiver wants it, but within six hours.
 * `sinceMs` is when it was first to be told: it is given up when that is a week ago, and it was tried often enough.
 */
export function attemptFailed(
  delivery: Delivery,
  sinceMs: number,
  { failure, retryAfterMs = 0 }: NotTaken,
  jitter: number,
  nowMs: number,
): Delivery {
  const step = BACKOFF_MS[Math.min(Math.max(delivery.attempts, 1), BACKOFF_MS.length) - 1] as number;
  const pause = Math.max(step, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
  const nextAtMs = nowMs + Math.round(pause * (1 + jitter / 4));
  const isOver = nextAtMs >= sinceMs + SENT_FOR_MS && triesOf(delivery) >= LEAST_ATTEMPTS;
  const state = failure === GONE || isOver ? 'abandoned' : 'waiting';
  return { ...delivery, state, nextAtMs, failure };
}

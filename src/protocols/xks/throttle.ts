import { makeRoom } from '../../records/record-cache.ts';

const MAX_BUCKETS = 10_000;

interface Bucket {
  left: number;
  atMs: number;
}

/** Lets through as much in a second as each name may have, and what was saved up in the second before. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Whether one more is within the rate. Takes it if so. */
  take(name: string, perSecond: number, nowMs: number): boolean {
    const bucket = this.#buckets.get(name) ?? this.#fresh(name, perSecond, nowMs);
    // A clock that was turned back gives nothing.
    const passedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.left = Math.min(perSecond, bucket.left + (passedMs * perSecond) / 1000);
    bucket.atMs = nowMs;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  #fresh(name: string, perSecond: number, nowMs: number): Bucket {
    const bucket = { left: perSecond, atMs: nowMs };
    makeRoom(this.#buckets, MAX_BUCKETS);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

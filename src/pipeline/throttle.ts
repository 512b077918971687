import type { Random } from '../crypto/random.ts';
import type { RecordWriter } from '../records/ports.ts';
import { INSTALLATION } from '../records/record.ts';
import { makeRoom } from '../records/record-cache.ts';
import type { Call } from './call.ts';
import { CountedRefusals } from './counted-refusals.ts';
import { ThrottledError } from './errors.ts';
import type { RateClass, Rates } from './rates.ts';

/** Buckets that are kept. One that is dropped is full when it is made again. */
const MAX_BUCKETS = 10_000;
const OTHERS = 'others';

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Bounds how often each tenant asks for each class of operations: a bucket of tokens for each, so that no tenant takes
 * from another. Refusals are counted, and recorded about once a minute.
 */
export class Throttle {
  /** How often one tenant may ask. */
  readonly rates: Rates;
  readonly #monotonicMs: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #refusals = new CountedRefusals();

  /** @param monotonicMs a clock that only goes forward, in milliseconds since any time */
  constructor(rates: Rates, monotonicMs: () => number) {
    this.rates = rates;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one token. @throws {ThrottledError} there is none; the refusal is counted */
  take(call: Call, rateClass: RateClass): void {
    const rate = this.rates[rateClass];
    if (rate === undefined) return;
    const { tenantId, arn } = call.principal;
    const nowMs = this.#monotonicMs();
    const bucket = this.#bucket(`${tenantId}/${rateClass}`, rate.burst, nowMs);
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((nowMs - bucket.atMs) * rate.perSecond) / 1000);
    bucket.atMs = nowMs;
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return;
    }
    this.#refusals.add([
      [tenantId, arn, call.action],
      [tenantId, OTHERS, OTHERS],
      [INSTALLATION, OTHERS, OTHERS],
    ]);
    throw new ThrottledError(rateClass);
  }

  /** Records what was refused since the last call, in the logs of those who asked. @throws what the writer throws */
  flush(writer: RecordWriter, nowMs: number, random: Random): Promise<void> {
    return this.#refusals.flush(writer, ([tenantId = '', principal = '', action = ''], count) => ({
      tenantId,
      timeMs: nowMs,
      principal,
      action,
      requestId: 'counted',
      outcome: 'refused',
      reason: 'throttled',
      details: { count },
      salt: random(16),
    }));
  }

  #bucket(name: string, burst: number, nowMs: number): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    makeRoom(this.#buckets, MAX_BUCKETS);
    const made = { tokens: burst, atMs: nowMs };
    this.#buckets.set(name, made);
    return made;
  }
}

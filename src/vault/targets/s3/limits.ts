import type { EgressGuard } from '../../../clients/egress.ts';

/** How long a call to a store may take, how often it is made, and how large what goes at once is. */
export interface S3Limits {
  readonly connectionTimeoutMs: number;
  /** How long a connection may stay silent. A large object over a slow line takes longer than any limit of the whole. */
  readonly silenceMs: number;
  /** The first call and the repetitions after 5xx, throttling and broken connections together, with growing pauses. */
  readonly maxAttempts: number;
  /** Calls at the same time. */
  readonly connections: number;
  /** Objects above this many bytes go in parts, where the store completes them under a condition. */
  readonly multipartAbove: number;
  /** Bytes of a part: 5 MiB to 5 GiB. */
  readonly partLength: number;
  readonly partsAtOnce: number;
}

/**
 * Ten attempts outlast a store that is away for half a minute (at most 51 s of pauses). A pack (16 MiB and its padding)
 * goes in one request.
 */
export const DEFAULT_LIMITS: S3Limits = {
  connectionTimeoutMs: 5_000,
  silenceMs: 60_000,
  maxAttempts: 10,
  connections: 32,
  multipartAbove: 24 << 20,
  partLength: 8 << 20,
  partsAtOnce: 4,
};

/** For who waits for the answer: no more than some seconds. */
export const IMPATIENT: Partial<S3Limits> = { connectionTimeoutMs: 3_000, silenceMs: 10_000, maxAttempts: 3 };

/** How the SDK connects: through the egress guard, within the limits. */
export function handlerOptions(guard: EgressGuard, limits: S3Limits) {
  return {
    ...guard.agents(limits.connections),
    connectionTimeout: limits.connectionTimeoutMs,
    socketTimeout: limits.silenceMs,
    // Waiting for one of the connections is no fault.
    socketAcquisitionWarningTimeout: 600_000,
  };
}

import type { MaybePromise } from '../records/ports.ts';

/** Milliseconds since 1970, UTC. */
export type Clock = () => number;

/** What protects the barrier key: a key file, a passphrase, an HSM. */
export interface Protector {
  /** Names the seal; bound into what it wraps. */
  readonly sealId: string;
  wrapBarrier(root: Buffer): MaybePromise<Buffer>;
  /** @throws {SealError} this seal did not wrap it */
  unwrapBarrier(wrapped: Buffer): MaybePromise<Buffer>;
}

/** A seal that is missing, unfit, or the wrong one. The message says which and what to do. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

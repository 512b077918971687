import { generateWrappingKey, type WrappingKeyPair, type WrappingKeySpec } from '../crypto/import-wrapping.ts';

/**
 * Import wrapping keys made ahead: making one takes a second and more, on OpenSSL's thread. Each serves once. The
 * first request for a size waits; from then on one is kept in stock.
 */
export class WrappingKeyPool {
  readonly #stock = new Map<WrappingKeySpec, Promise<WrappingKeyPair>>();

  take(spec: WrappingKeySpec): Promise<WrappingKeyPair> {
    const pair = this.#stock.get(spec) ?? generateWrappingKey(spec);
    const next = pair.then(() => generateWrappingKey(spec));
    // A failure shows to the one who takes it.
    next.catch(() => {});
    this.#stock.set(spec, next);
    return pair;
  }
}

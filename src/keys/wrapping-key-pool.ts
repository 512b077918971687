import { generateWrappingKey, type WrappingKeyPair, type WrappingKeySpec } from '../crypto/import-wrapping.ts';

/**
 * Import wrapping keys made ahead: making one takes a second and more, on OpenSSL's thread. Each serves once. The
 * first request for a size waits; from then on one is kept in stock.
 */
export class WrappingKeyPool {
  readonly #stock = new Map<WrappingKeySpec, Promise<WrappingKeyPair>>();
  readonly #generate: typeof generateWrappingKey;

  constructor(generate = generateWrappingKey) {
    this.#generate = generate;
  }

  take(spec: WrappingKeySpec): Promise<WrappingKeyPair> {
    const pair = this.#stock.get(spec) ?? this.#generate(spec);
    const next = pair.then(() => this.#generate(spec));
    this.#stock.set(spec, next);
    // A failure is not kept in stock: the next request makes a key of its own.
    next.catch(() => {
      if (this.#stock.get(spec) === next) this.#stock.delete(spec);
    });
    return pair;
  }
}

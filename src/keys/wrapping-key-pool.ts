import { generateWrappingKey, type WrappingKeyPair, type WrappingKeySpec } from '../crypto/import-wrapping.ts';
import { MadeAhead } from './made-ahead.ts';

/** Import wrapping keys made ahead: making one takes a second and more, on OpenSSL's thread. Each serves once. */
export class WrappingKeyPool {
  readonly #ahead: MadeAhead<WrappingKeySpec, WrappingKeyPair>;

  constructor(generate = generateWrappingKey) {
    this.#ahead = new MadeAhead(generate);
  }

  take(spec: WrappingKeySpec): Promise<WrappingKeyPair> {
    return this.#ahead.take(spec);
  }
}

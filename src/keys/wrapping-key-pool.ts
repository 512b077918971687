import { longAside } from '../crypto/aside.ts';
import { generateWrappingKey, type WrappingKeyPair, type WrappingKeySpec } from '../crypto/import-wrapping.ts';
import { MadeAhead } from './made-ahead.ts';
import { Share } from './share.ts';

/** Import wrapping keys made ahead: making one takes a second and more, on OpenSSL's thread. Each serves once. */
export class WrappingKeyPool {
  readonly #ahead: MadeAhead<WrappingKeySpec, WrappingKeyPair>;
  readonly #share = new Share();

  constructor(generate = generateWrappingKey) {
    this.#ahead = new MadeAhead((spec) => longAside(() => generate(spec)));
  }

  /** A wrapping key for a tenant. @throws {KeyError} `too-many-waiting` */
  take(spec: WrappingKeySpec, tenantId: string): Promise<WrappingKeyPair> {
    return this.#share.take(tenantId, () => this.#ahead.take(spec));
  }
}

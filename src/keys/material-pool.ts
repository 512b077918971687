import { atMost } from '../crypto/at-most.ts';
import { generateMaterial, type KeyMaterial } from '../crypto/key-material.ts';
import { generateDataKeyPair, type DataKeyPair } from '../crypto/key-pair.ts';
import type { KeySpecRow } from '../crypto/key-spec.ts';
import type { MaybePromise } from '../records/ports.ts';
import { MadeAhead } from './made-ahead.ts';

/** RSA keys in the making at once. The threads that make them also serve everybody's files. */
const MAX_GENERATING = 2;

/**
 * Fresh material for keys and for data key pairs. RSA takes up to seconds, on OpenSSL's threads: of each size that was
 * ever asked for one is kept in stock, so at most three keys and three pairs wait in memory. All else is made when it
 * is asked for.
 */
export class MaterialPool {
  readonly #materials: MadeAhead<KeySpecRow, KeyMaterial>;
  readonly #pairs: MadeAhead<KeySpecRow, DataKeyPair>;

  constructor() {
    const turn = atMost(MAX_GENERATING);
    this.#materials = new MadeAhead((spec) => turn(async () => generateMaterial(spec)));
    this.#pairs = new MadeAhead((spec) => turn(async () => generateDataKeyPair(spec)));
  }

  /** Material for a key. The caller wipes it. */
  take(spec: KeySpecRow): MaybePromise<KeyMaterial> {
    return spec.family === 'rsa' ? this.#materials.take(spec) : generateMaterial(spec);
  }

  /** A data key pair. The caller wipes its private half. */
  takePair(spec: KeySpecRow): MaybePromise<DataKeyPair> {
    return spec.family === 'rsa' ? this.#pairs.take(spec) : generateDataKeyPair(spec);
  }
}

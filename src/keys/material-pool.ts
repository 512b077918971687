import { longAside } from '../crypto/aside.ts';
import { generateMaterial, type KeyMaterial } from '../crypto/key-material.ts';
import { generateDataKeyPair, type DataKeyPair } from '../crypto/key-pair.ts';
import type { KeySpecRow } from '../crypto/key-spec.ts';
import type { MaybePromise } from '../records/ports.ts';
import { MadeAhead } from './made-ahead.ts';
import { Share } from './share.ts';

/**
 * Fresh material for keys and for data key pairs. RSA takes up to seconds, on OpenSSL's threads: of each size that was
 * ever asked for one is kept in stock, so at most three keys and three pairs wait in memory. All else is made when it
 * is asked for.
 */
export class MaterialPool {
  readonly #materials: MadeAhead<KeySpecRow, KeyMaterial>;
  readonly #pairs: MadeAhead<KeySpecRow, DataKeyPair>;
  readonly #share = new Share();

  constructor() {
    this.#materials = new MadeAhead((spec) => longAside(async () => generateMaterial(spec)));
    this.#pairs = new MadeAhead((spec) => longAside(async () => generateDataKeyPair(spec)));
  }

  /** Material for a key of a tenant. The caller wipes it. @throws {KeyError} `too-many-waiting` */
  take(spec: KeySpecRow, tenantId: string): MaybePromise<KeyMaterial> {
    if (spec.family !== 'rsa') return generateMaterial(spec);
    return this.#share.take(tenantId, () => this.#materials.take(spec));
  }

  /** A data key pair for a tenant. The caller wipes its private half. @throws {KeyError} `too-many-waiting` */
  takePair(spec: KeySpecRow, tenantId: string): MaybePromise<DataKeyPair> {
    if (spec.family !== 'rsa') return generateDataKeyPair(spec);
    return this.#share.take(tenantId, () => this.#pairs.take(spec));
  }
}

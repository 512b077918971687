import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';

/** What a signing key is good for. */
export interface Scope {
  /** Eight digits. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Derives the signing key of one day, region and service from a secret access key. */
export function deriveSigningKey(secret: Uint8Array, scope: Scope): KeyObject {
  const root = Buffer.concat([Buffer.from('AWS4'), secret]);
  const ofDate = hmac(root, scope.date);
  const ofRegion = hmac(ofDate, scope.region);
  const ofService = hmac(ofRegion, scope.service);
  const key = hmac(ofService, 'aws4_request');
  const result = createSecretKey(key);
  wipe(root, ofDate, ofRegion, ofService, key);
  return result;
}

/** A scope's signature of a string, 32 bytes. */
export function signatureOf(key: KeyObject, stringToSign: string): Buffer {
  return createHmac('sha256', key).update(stringToSign, 'latin1').digest();
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/** Remembers the keys used last, so that a request costs one HMAC and not five. */
export class SigningKeyCache {
  readonly #keys = new Map<string, KeyObject>();
  readonly #capacity: number;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
  }

  get(name: string): KeyObject | undefined {
    const key = this.#keys.get(name);
    if (key) {
      this.#keys.delete(name);
      this.#keys.set(name, key);
    }
    return key;
  }

  put(name: string, key: KeyObject): void {
    this.#keys.set(name, key);
    if (this.#keys.size <= this.#capacity) return;
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}

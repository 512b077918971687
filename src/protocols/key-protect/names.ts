import type { Instance } from '../../identity/tenant.ts';
import { DEFAULT_RING } from '../../keys/key.ts';

/** By which policies know a key, whatever protocol asks. */
export function keyArn({ region, accountId }: Instance, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

/** By which policies know an instance as a whole. */
export function instanceArn({ region, accountId, instanceId }: Instance): string {
  return `arn:aws:kms:${region}:${accountId}:instance/${instanceId}`;
}

/** A time as this API has it: RFC 3339 in whole seconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The name of the ring of a key on this wire. */
export function ringOf({ keyRing = DEFAULT_RING }: { readonly keyRing?: string }): string {
  return keyRing;
}

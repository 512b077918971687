import type { KeyObject } from 'node:crypto';
import koffi from 'koffi';
import { evpKey } from './evp/key-handle.ts';

const read = koffi
  .load(null)
  .func('int EVP_PKEY_get_octet_string_param(void *key, const char *name, uint8_t *out, size_t max, size_t *length)');

function parameter(key: KeyObject, name: string): Buffer {
  const [bytes, length] = [Buffer.alloc(8192), new BigUint64Array(1)];
  if (read(evpKey(key), name, bytes, bytes.length, length) !== 1) throw new Error(`the key has no ${name}`);
  return bytes.subarray(0, Number(length[0]));
}

/** Both forms of a module-lattice key, which Node itself writes as a seed alone. */
export function expandedOf(key: KeyObject): { readonly seed: Buffer; readonly expanded: Buffer } {
  return { seed: parameter(key, 'seed'), expanded: parameter(key, 'priv') };
}

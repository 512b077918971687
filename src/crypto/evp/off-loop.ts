import type { KeyObject } from 'node:crypto';
import { EvpError } from './failure.ts';
import type { OffLoop } from './openssl.ts';

/**
 * What threads are working on: a thread's pointers keep nothing alive, and V8 keeps of a closure only what it names.
 * An entry goes when its call is over.
 */
const inUse = new Set<readonly unknown[]>();

/**
 * Calls OpenSSL on a thread of the runtime's pool and answers its result. The arguments and the key, with the
 * {@link evpKey} that hangs on it, stay until then. What OpenSSL says of a failure stays on that thread and cannot be
 * read: a caller finds out beforehand what may be wrong, or asks only whether the call succeeds.
 */
export function offLoop<Arguments extends readonly unknown[]>(
  name: string,
  call: OffLoop<Arguments>,
  key: KeyObject,
  ...args: Arguments
): Promise<number> {
  const used = [key, ...args];
  inUse.add(used);
  return new Promise((resolve, reject) => {
    call.async(...args, (error, result) => {
      inUse.delete(used);
      if (error) reject(new EvpError(`OpenSSL: ${name} failed`, { cause: error }));
      else resolve(result);
    });
  });
}

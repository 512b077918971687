import { VaultError } from '../../errors.ts';
import type { Target } from '../../targets/target.ts';
import { wrap } from '../../targets/wrap.ts';

/** Names of which nobody else can have thought: digests over fresh salts, and 128 random bits. */
const OWN = /^(?:packs|index|keys)\//;

/**
 * For who may not look at what lies in a store: an object of such a name that is there already was put by this host,
 * and the answer to that was lost on its way.
 */
export function takingOwnForPut(target: Target): Target {
  return wrap(target, {
    put: async (name, bytes) => {
      try {
        await target.put(name, bytes);
      } catch (error) {
        if (!(error instanceof VaultError) || error.code !== 'object-exists' || !OWN.test(name)) throw error;
      }
    },
  });
}

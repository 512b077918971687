import type { Directory } from '../identity/directory.ts';
import { personOf } from '../identity/person.ts';
import type { Principal } from '../identity/principal.ts';
import { deleteMaterial, shareDeletion } from '../keys/delete-material.ts';
import { requireSecondPerson } from '../keys/dual-authorization.ts';
import { unregistered } from '../keys/held.ts';
import { isPrimary, type Key, type KeyVersion } from '../keys/key.ts';
import type { KeyCache } from '../keys/key-cache.ts';
import type { OpenKey } from '../keys/open-key.ts';
import type { Done } from './act.ts';
import { relatedKeys } from './related-keys.ts';

/** The version whose material is gone, if the key had any, and the key as it is then. */
export interface ForgottenMaterial {
  readonly version: KeyVersion | undefined;
  readonly key: Key;
}

/**
 * Takes imported material out of a key, on any wire. What of the key cannot be used any more is as good as deleted: a
 * key that two people delete asks for the word of another one, and one that resources are registered with keeps it.
 *
 * @param materialId absent: the current material
 * @throws {KeyError} `wrong-origin`, `material-not-found`, `authorization-missing`, `key-protected`, and what the key's
 *   state refuses
 */
export async function forgetMaterial(
  { directory, keys }: { readonly directory: Directory; readonly keys: KeyCache },
  principal: Principal,
  open: OpenKey,
  materialId: string | undefined,
  nowMs: number,
): Promise<Done<ForgottenMaterial>> {
  requireSecondPerson(open.key, personOf(principal).principalId, nowMs);
  const deletion = deleteMaterial(open.space, open.key, materialId, nowMs);
  const replicas = isPrimary(open.key) ? await relatedKeys(directory, keys, open.key) : [];
  const { value: version, writes } = shareDeletion(deletion, replicas);
  return {
    value: { version, key: deletion.key },
    writes,
    rooms: writes.length > 0 ? [unregistered(open.key)] : [],
    urgent: true,
    ...(version && { keyVersion: version.id }),
  };
}

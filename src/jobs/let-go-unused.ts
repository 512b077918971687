import type { Tenant } from '../identity/tenant.ts';
import type { MasterKeySettings } from '../vault/environments/master-key-settings.ts';
import { ownKeys, type Keyed } from '../vault/environments/key-rights.ts';
import { letGo, type KeysteadRightsPorts } from './keystead-rights.ts';

/**
 * Gives up the keys of this installation that an environment had and needs no longer, at none of its places: grant and
 * registration go, so that the key's owner may do with it as he likes.
 *
 * @param now absent: the environment was forgotten
 */
export async function letGoUnused(
  ports: KeysteadRightsPorts,
  tenant: Pick<Tenant, 'tenantId' | 'accountId'>,
  environmentId: string,
  had: Keyed,
  now?: Keyed,
): Promise<void> {
  const needed = now === undefined ? new Set<string>() : ownKeys(now);
  for (const keyId of ownKeys(had)) if (!needed.has(keyId)) await letGo(ports, tenant, environmentId, keyId);
}

/** Those of an environment's root keys in Key Protect that it needs no longer, at none of its places. */
export function leftRootKeys(had: Keyed, now?: Keyed): MasterKeySettings[] {
  const needed = now === undefined ? new Set<string>() : keysOf(now, 'key-protect');
  return had.masterKeys.filter(({ provider, keyId }) => provider === 'key-protect' && !needed.has(keyId));
}

function keysOf(
  { masterKeys, nextMasterKeys = [], formerStorages }: Keyed,
  wanted: MasterKeySettings['provider'],
): Set<string> {
  const former = formerStorages.flatMap((place) => [...place.masterKeys, ...(place.nextMasterKeys ?? [])]);
  const all = [...masterKeys, ...nextMasterKeys, ...former];
  return new Set(all.filter(({ provider }) => provider === wanted).map(({ keyId }) => keyId));
}

import { dropOperatorKey, keepOperatorKey } from '../../../jobs/operator-key.ts';
import { arnOf, letGo, letUse, ownKeyNamed } from '../../../jobs/keystead-rights.ts';
import type { KeyRights } from '../../../vault/environments/key-rights.ts';
import type { AdminContext } from '../route.ts';

/** Rights to keys of this installation, by the word of who asks here. */
export function keyRightsOf({ services, proof: { tenant }, call }: AdminContext): KeyRights {
  const ports = services.vault.keysteadRights;
  return {
    arnOf: (name, region) => arnOf(ports, tenant, name, region),
    ownKeyNamed: (name, region) => ownKeyNamed(ports, tenant, name, region),
    keepOperatorKey: (environment, region) => keepOperatorKey(ports, tenant, environment, region),
    dropOperatorKey: (environmentId, keyArn) => dropOperatorKey(ports, tenant, environmentId, keyArn),
    letUse: (environment, keyArn, identity) => letUse(ports, call, tenant, environment, keyArn, identity),
    letGo: (environmentId, keyArn) => letGo(ports, tenant, environmentId, keyArn),
  };
}

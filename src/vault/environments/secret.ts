import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';

/**
 * Wraps a secret of an environment for its record. `name` says which of its secrets it is: one does not open in the
 * place of another.
 */
export function keepSecret(
  tenantKey: TenantKey,
  environmentId: string,
  name: string,
  secret: Uint8Array,
  random: Random,
): string {
  return tenantKey.wrap(bindingOf(tenantKey, environmentId, name), secret, random).toString('base64');
}

/** Opens what {@link keepSecret} wrapped. The caller wipes it. @throws {UnwrapError} */
export function openSecret(tenantKey: TenantKey, environmentId: string, name: string, kept: string): Buffer {
  return tenantKey.unwrap(bindingOf(tenantKey, environmentId, name), Buffer.from(kept, 'base64'));
}

function bindingOf({ tenantId }: TenantKey, environmentId: string, name: string) {
  return ['environment-secret', tenantId, environmentId, name] as const;
}

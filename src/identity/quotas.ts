import type { Quotas } from '../keys/quotas.ts';
import type { Put, RecordName, Room } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordKind } from '../records/record.ts';
import { IdentityError } from './errors.ts';

const COUNTED = {
  usersPerTenant: { kind: 'principal', noun: 'users' },
  rolesPerTenant: { kind: 'role', noun: 'roles' },
  policiesPerTenant: { kind: 'access-policy', noun: 'policies' },
  servicesPerTenant: { kind: 'service', noun: 'services' },
} as const satisfies { readonly [Name in keyof Quotas]?: { readonly kind: RecordKind; readonly noun: string } };

/** Room for one more of a tenant's users, roles, policies or services; deleted ones do not count. */
export function roomFor(
  tenantId: string,
  name: keyof typeof COUNTED,
  quotas: Quotas,
): { readonly room: Room; readonly refusal: IdentityError } {
  const { kind, noun } = COUNTED[name];
  const below = quotas[name];
  const refusal = reached(`your tenant has as many ${noun} as it may have`, name, below);
  return { room: { tenantId, kind, scope: '', below }, refusal };
}

/**
 * The write of a credential without an end, in the first free one of its holder's places. A place is a name, so two
 * that ask for the last one at once cannot both have it; it is free again when the credential is deleted.
 *
 * @throws {IdentityError} `quota-reached`: none is free
 */
export async function inFreePlace(
  records: Pick<RecordReader, 'listNames'>,
  write: Put,
  holderId: string,
  { credentialsPerHolder }: Quotas,
): Promise<Put> {
  const space = `credential-place:${write.put.tenantId}/${holderId}`;
  const taken = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await records.listNames(space, { limit: 1_000, ...(after !== undefined && { after }) });
    for (const { name } of page) taken.add(name);
    after = page.at(-1)?.name;
    if (page.length < 1_000) break;
  }
  if (taken.size >= credentialsPerHolder)
    throw reached('its holder has as many credentials as one may have', 'credentialsPerHolder', credentialsPerHolder);
  let place = 0;
  while (taken.has(String(place))) place++;
  const own: RecordName = { space, name: String(place) };
  return { ...write, claim: [...(write.claim ?? []), own] };
}

function reached(what: string, name: keyof Quotas, limit: number): IdentityError {
  return new IdentityError('quota-reached', `${what} (${limit}, the quota ${name})`);
}

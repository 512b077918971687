import { bytesOf, type Bytes } from '../../bytes/bytes.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { NotAuthenticError, putBody, readBody } from '../body.ts';
import { IdentityError } from '../errors.ts';
import type { Tenant } from '../tenant.ts';
import { checkProviderTerms, type ProviderTerms } from './provider-terms.ts';

interface ProviderBody extends ProviderTerms {
  /** Base64 of the wrapped client secret; absent: a public client, which proves itself by PKCE alone. */
  readonly clientSecret?: string;
  readonly state: 'active' | 'suspended';
  readonly createdAtMs: number;
  /** Browsers come back to an address of this issuer alone; absent: of a provider from before there was one. */
  readonly ownCallback?: true;
}

/** A company's OpenID provider, by which people of one tenant sign in. */
export interface IdentityProvider extends ProviderBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** What the provider gave for this client, raw. Whoever holds it wipes it. */
export type ClientSecret = Bytes<'ClientSecret'>;

/** What a change does about the client secret: takes another, takes it away, or (`undefined`) leaves it. */
export type SecretChange = ClientSecret | 'none' | undefined;

export function identityProviderRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'identity-provider', id };
}

/** Names a provider by its id, over all tenants: whoever is about to sign in has said no tenant. */
export function identityProviderName(id: string): RecordName {
  return { space: 'identity-provider', name: id };
}

/** @throws {IdentityError} `identity-provider-malformed` */
export function makeIdentityProvider(
  tenant: Tenant,
  terms: ProviderTerms,
  secret: ClientSecret | undefined,
  nowMs: number,
  random: Random,
): { readonly provider: IdentityProvider; readonly write: Put } {
  checkProviderTerms(terms);
  const { tenantId, tenantKey } = tenant;
  const id = uuid(random);
  const body: ProviderBody = {
    ...terms,
    ...(secret && { clientSecret: wrapped(tenant, id, secret, random) }),
    state: 'active',
    createdAtMs: nowMs,
    ownCallback: true,
  };
  const claim = [identityProviderName(id)];
  return {
    provider: { ...body, id, tenantId, revision: 1 },
    write: putBody(tenantKey.records, identityProviderRef(tenantId, id), 0, body, { claim }),
  };
}

/**
 * Puts other terms in the place of those that were. Where issuer or client change, the secret must be given again: it
 * would go to somebody to whom nobody has given it. With another issuer browsers come back to an address of that one.
 *
 * @throws {IdentityError} `identity-provider-malformed` `identity-provider-secret-missing`
 */
export function changeIdentityProvider(
  tenant: Tenant,
  before: IdentityProvider,
  terms: ProviderTerms,
  secret: SecretChange,
  random: Random,
  { ownCallback = before.ownCallback === true }: { readonly ownCallback?: boolean | undefined } = {},
): { readonly provider: IdentityProvider; readonly write: Put } {
  checkProviderTerms(terms);
  const isAnother = terms.issuer !== before.issuer || terms.clientId !== before.clientId;
  if (secret === undefined && before.clientSecret !== undefined && isAnother)
    throw new IdentityError(
      'identity-provider-secret-missing',
      'the client secret was given for another issuer or client, and is not sent to this one',
    );
  if (!ownCallback && before.ownCallback === true)
    throw new IdentityError(
      'identity-provider-malformed',
      'browsers come back from this provider to an address of its own, and not to the one that providers share again',
    );
  const isOwn = ownCallback || terms.issuer !== before.issuer;
  const { id, tenantId, revision, state, createdAtMs } = before;
  const kept = secret === undefined ? before.clientSecret : undefined;
  const clientSecret = secret === undefined || secret === 'none' ? kept : wrapped(tenant, id, secret, random);
  return putProvider(tenant, {
    ...terms,
    ...(clientSecret !== undefined && { clientSecret }),
    id,
    tenantId,
    revision,
    state,
    createdAtMs,
    ...(isOwn && { ownCallback: true as const }),
  });
}

/** Switches sign-in by this provider off or on. Sessions that were opened by it are credentials of their own. */
export function setIdentityProviderState(
  tenant: Tenant,
  before: IdentityProvider,
  state: IdentityProvider['state'],
): { readonly provider: IdentityProvider; readonly write: Put } {
  return putProvider(tenant, { ...before, state });
}

export function removeIdentityProvider({ tenantId, id, revision }: IdentityProvider): Remove {
  return { remove: identityProviderRef(tenantId, id), revision };
}

/** @throws {NotAuthenticError} */
export function readIdentityProvider({ tenantKey }: Pick<Tenant, 'tenantKey'>, record: StoredRecord): IdentityProvider {
  if (record.kind !== 'identity-provider') throw new NotAuthenticError(record);
  const { id, tenantId, revision } = record;
  return { ...readBody<ProviderBody>(tenantKey.records, record), id, tenantId, revision };
}

/** A provider of a tenant by its id. */
export async function findIdentityProvider(
  records: Pick<RecordReader, 'read'>,
  tenant: Pick<Tenant, 'tenantId' | 'tenantKey'>,
  id: string,
): Promise<IdentityProvider | undefined> {
  const record = await records.read(identityProviderRef(tenant.tenantId, id));
  return record && readIdentityProvider(tenant, record);
}

/** The client secret, where there is one. The caller wipes it. @throws {UnwrapError} */
export function openClientSecret(
  { tenantKey }: Pick<Tenant, 'tenantKey'>,
  { tenantId, id, clientSecret }: IdentityProvider,
): ClientSecret | undefined {
  if (clientSecret === undefined) return undefined;
  const binding = ['identity-provider-secret', tenantId, id] as const;
  return bytesOf<'ClientSecret'>(tenantKey.unwrap(binding, Buffer.from(clientSecret, 'base64')));
}

function putProvider(
  { tenantKey }: Tenant,
  after: IdentityProvider,
): { readonly provider: IdentityProvider; readonly write: Put } {
  const { id, tenantId, revision, ...body } = after;
  return {
    provider: { ...after, revision: revision + 1 },
    write: putBody(tenantKey.records, identityProviderRef(tenantId, id), revision, body),
  };
}

function wrapped({ tenantId, tenantKey }: Tenant, id: string, secret: ClientSecret, random: Random): string {
  return tenantKey.wrap(['identity-provider-secret', tenantId, id], secret, random).toString('base64');
}

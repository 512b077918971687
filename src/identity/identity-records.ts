import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { BarrierKey } from '../crypto/hierarchy.ts';
import type { Freshness, MaybePromise, RecordReader } from '../records/ports.ts';
import { RecordCache } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';
import { identityProviderRef, readIdentityProvider, type IdentityProvider } from './oidc/identity-provider.ts';
import { readCredential, type Credential } from './credential.ts';
import { instancePoliciesOf, ownPolicies, type Holder, type InstancePolicy } from './holder.ts';
import { managedPolicyRef, readManagedPolicy, type ManagedPolicy } from './managed-policy.ts';
import { principalRef, readPrincipal, type Member } from './principal.ts';
import { readRole, roleRef, type Role } from './role.ts';
import { readService, serviceRef, type Service } from './service.ts';
import { instanceRef, readInstance, readTenant, tenantRef, type Instance, type Tenant } from './tenant.ts';

/** Most of each kind that are kept. */
export const MAX_ENTRIES = 10_000;

/** A record with the policies inside it, parsed once for each revision. */
export interface Parsed<Thing> {
  readonly thing: Thing;
  readonly policies: readonly AccessPolicy[];
  /** What counts only while an instance is there. */
  readonly ofInstances?: readonly InstancePolicy[];
}

/** The records of identity by their ids, read and kept while they are true. */
export class IdentityRecords {
  readonly #barrier: BarrierKey;
  readonly #tenants: RecordCache<Tenant>;
  readonly #instances: RecordCache<Instance | undefined>;
  readonly #members: RecordCache<Parsed<Member>>;
  readonly #roles: RecordCache<Parsed<Role>>;
  readonly #services: RecordCache<Service>;
  readonly #policies: RecordCache<Parsed<ManagedPolicy>>;
  readonly #credentials: RecordCache<Parsed<Credential>>;
  readonly #providers: RecordCache<IdentityProvider>;

  constructor(records: RecordReader & Freshness, barrier: BarrierKey) {
    this.#barrier = barrier;
    this.#tenants = new RecordCache(records, MAX_ENTRIES);
    this.#instances = new RecordCache(records, MAX_ENTRIES);
    this.#members = new RecordCache(records, MAX_ENTRIES);
    this.#roles = new RecordCache(records, MAX_ENTRIES);
    this.#services = new RecordCache(records, MAX_ENTRIES);
    this.#policies = new RecordCache(records, MAX_ENTRIES);
    this.#credentials = new RecordCache(records, MAX_ENTRIES);
    this.#providers = new RecordCache(records, MAX_ENTRIES);
  }

  tenant(tenantId: string): MaybePromise<Tenant | undefined> {
    return this.#tenants.find(tenantRef(tenantId), (record) => readTenant(this.#barrier, record));
  }

  instance(tenant: Tenant, region: string): MaybePromise<Instance | undefined> {
    return this.#instances.find(instanceRef(tenant.tenantId, region), (record) => readInstance(tenant, record));
  }

  service(tenant: Tenant, id: string): MaybePromise<Service | undefined> {
    return this.#services.find(serviceRef(tenant.tenantId, id), (record) => readService(tenant, record));
  }

  member(tenant: Tenant, id: string): MaybePromise<Parsed<Member> | undefined> {
    return this.#members.find(principalRef(tenant.tenantId, id), (record) => {
      const thing = readPrincipal(tenant, record);
      return ofHolder(tenant, thing);
    });
  }

  role(tenant: Tenant, id: string): MaybePromise<Parsed<Role> | undefined> {
    return this.#roles.find(roleRef(tenant.tenantId, id), (record) => {
      const thing = readRole(tenant, record);
      return ofHolder(tenant, thing);
    });
  }

  policy(tenant: Tenant, id: string): MaybePromise<Parsed<ManagedPolicy> | undefined> {
    return this.#policies.find(managedPolicyRef(tenant.tenantId, id), (record) => {
      const thing = readManagedPolicy(tenant, record);
      return { thing, policies: [parsePolicy(thing.document, 'identity')] };
    });
  }

  provider(tenant: Tenant, id: string): MaybePromise<IdentityProvider | undefined> {
    return this.#providers.find(identityProviderRef(tenant.tenantId, id), (record) =>
      readIdentityProvider(tenant, record),
    );
  }

  credential(tenant: Tenant, ref: RecordRef): MaybePromise<Parsed<Credential> | undefined> {
    return this.#credentials.find(ref, (record) => {
      const thing = readCredential(tenant, record);
      const text = thing.session?.policy;
      return { thing, policies: text === undefined ? [] : [parsePolicy(text, 'identity')] };
    });
  }
}

function ofHolder<Thing extends Holder>({ accountId }: Tenant, thing: Thing): Parsed<Thing> {
  return { thing, policies: ownPolicies(accountId, thing), ofInstances: instancePoliciesOf(accountId, thing) };
}

import type { AccessPolicy } from '../access/policy.ts';
import { parsePolicy } from '../access/policy.ts';
import type { BarrierKey } from '../crypto/hierarchy.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { EpochMemo, makeRoom, RecordCache } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';
import { xksEndpointName } from '../keys/xks-endpoint-record.ts';
import { parsePrincipalArn, rootArn, type NamedPrincipal } from './arn.ts';
import { NotAuthenticError } from './body.ts';
import { BUILT_IN_POLICIES, isBuiltInPolicy } from './built-in-policies.ts';
import {
  accessKeyName,
  apiKeyName,
  credentialRef,
  hashOfToken,
  readCredential,
  type Credential,
  type CredentialHolder,
  type SessionTerms,
} from './credential.ts';
import { ownPolicyIds, parsedInline, type Holder } from './holder.ts';
import { managedPolicyName, managedPolicyRef, readManagedPolicy, type ManagedPolicy } from './managed-policy.ts';
import {
  principalName,
  principalOf,
  principalRef,
  readPrincipal,
  type Member,
  type OwnPolicies,
  type Principal,
  type Strength,
} from './principal.ts';
import { isSessionAlive, readRole, roleName, roleRef, type Role } from './role.ts';
import { readService, serviceName, servicePrincipalOf, serviceRef, type Service } from './service.ts';
import { inSession, roleSessionOf, rootOf } from './session.ts';
import { accountName, instanceRef, readInstance, readTenant, tenantRef, type Instance, type Tenant } from './tenant.ts';

const MAX_ENTRIES = 10_000;

/** A credential with whom it proves. Whether it is still valid is for the caller to ask: it has the clock. */
export interface Proof {
  readonly tenant: Tenant;
  readonly credential: Credential;
  readonly principal: Principal;
}

const STRENGTHS: Record<Credential['type'], Strength> = {
  'access-key': 'secret-key',
  session: 'session',
  'api-key': 'api-key',
};

/** A record with the policies inside it, parsed once for each revision. */
interface Parsed<Thing> {
  readonly thing: Thing;
  readonly policies: readonly AccessPolicy[];
}

/** Finds tenants, regions, users, roles and who is behind a credential, and keeps them while they are true. */
export class Directory {
  readonly #records: RecordReader & Freshness;
  readonly #barrier: BarrierKey;
  readonly #tenants: RecordCache<Tenant>;
  readonly #instances: RecordCache<Instance>;
  readonly #members: RecordCache<Parsed<Member>>;
  readonly #roles: RecordCache<Parsed<Role>>;
  readonly #services: RecordCache<Service>;
  readonly #policies: RecordCache<Parsed<ManagedPolicy>>;
  readonly #credentials: RecordCache<Parsed<Credential>>;
  /** Where an access key or the hash of an API key leads never changes. */
  readonly #refs = new Map<string, RecordRef>();
  readonly #proofs: EpochMemo<Proof>;
  readonly #regions: EpochMemo<Instance>;

  constructor(records: RecordReader & Freshness, barrier: BarrierKey) {
    this.#records = records;
    this.#barrier = barrier;
    this.#tenants = new RecordCache(records, MAX_ENTRIES);
    this.#instances = new RecordCache(records, MAX_ENTRIES);
    this.#members = new RecordCache(records, MAX_ENTRIES);
    this.#roles = new RecordCache(records, MAX_ENTRIES);
    this.#services = new RecordCache(records, MAX_ENTRIES);
    this.#policies = new RecordCache(records, MAX_ENTRIES);
    this.#credentials = new RecordCache(records, MAX_ENTRIES);
    this.#proofs = new EpochMemo(records, MAX_ENTRIES);
    this.#regions = new EpochMemo(records, MAX_ENTRIES);
  }

  tenant(tenantId: string): MaybePromise<Tenant | undefined> {
    return this.#tenants.find(tenantRef(tenantId), (record) => readTenant(this.#barrier, record));
  }

  /** @throws {NotAuthenticError} the account's name leads to a tenant that is not its own */
  tenantByAccount(accountId: string): MaybePromise<Tenant | undefined> {
    return andThen(this.#records.resolve(accountName(accountId)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.tenant(ref.id), (tenant) => {
        // An account never changes hands: a name that leads elsewhere was tampered with.
        if (tenant?.accountId === accountId) return tenant;
        throw new NotAuthenticError(ref);
      });
    });
  }

  /** A tenant's region, or `undefined` where it was never made. */
  instance(tenantId: string, region: string): MaybePromise<Instance | undefined> {
    return this.#regions.find(`${tenantId}/${region}`, () =>
      andThen(this.tenant(tenantId), (tenant) => {
        if (tenant === undefined) return undefined;
        return this.#instances.find(instanceRef(tenantId, region), (record) => readInstance(tenant, record));
      }),
    );
  }

  /** Who is behind an access key id. Proves nothing yet: the signature does. */
  byAccessKey(accessKeyId: string): MaybePromise<Proof | undefined> {
    return this.#proofs.find(accessKeyId, () =>
      andThen(this.#refOf(accessKeyName(accessKeyId)), (ref) => {
        if (ref === undefined) return undefined;
        return andThen(this.#proof(ref), (proof) => (proof?.credential.id === accessKeyId ? proof : undefined));
      }),
    );
  }

  /** Who is behind an API key that was shown. */
  byApiKey(apiKey: Uint8Array): MaybePromise<Proof | undefined> {
    const apiKeyHash = hashOfToken(apiKey);
    return andThen(this.#refOf(apiKeyName(apiKeyHash)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.#proof(ref), (proof) => (proof?.credential.apiKeyHash === apiKeyHash ? proof : undefined));
    });
  }

  /** A user by its id, deleted ones too. */
  member(tenant: Tenant, principalId: string): MaybePromise<Member | undefined> {
    return andThen(this.#member(tenant, principalId), (found) => found?.thing);
  }

  /** A user by its name in any spelling; no deleted one. */
  memberNamed(tenant: Tenant, name: string): MaybePromise<Member | undefined> {
    return andThen(this.#records.resolve(principalName(tenant.tenantId, name)), (ref) =>
      // The first version kept names as they were spelt.
      andThen(ref ?? this.#records.resolve({ ...principalName(tenant.tenantId, name), name }), (found) => {
        if (found === undefined) return undefined;
        return andThen(this.member(tenant, found.id), (member) =>
          member?.state !== 'deleted' && sameName(member?.name, name) ? member : undefined,
        );
      }),
    );
  }

  /** A role by its id, deleted ones too. */
  role(tenant: Tenant, roleId: string): MaybePromise<Role | undefined> {
    return andThen(this.#role(tenant, roleId), (found) => found?.thing);
  }

  /** A role by its name in any spelling; no deleted one. */
  roleNamed(tenant: Tenant, name: string): MaybePromise<Role | undefined> {
    return andThen(this.#records.resolve(roleName(tenant.tenantId, name)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.role(tenant, ref.id), (role) =>
        role?.state !== 'deleted' && sameName(role?.name, name) ? role : undefined,
      );
    });
  }

  /** A service by its id, in the tenant that hosts it. */
  service(tenant: Tenant, serviceId: string): MaybePromise<Service | undefined> {
    return this.#services.find(serviceRef(tenant.tenantId, serviceId), (record) => readService(tenant, record));
  }

  /** A service by its name, with the tenant that hosts it. */
  serviceNamed(name: string): MaybePromise<{ readonly tenant: Tenant; readonly service: Service } | undefined> {
    return andThen(this.#records.resolve(serviceName(name)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.tenant(ref.tenantId), (tenant) => {
        if (tenant === undefined) return undefined;
        return andThen(this.service(tenant, ref.id), (service) =>
          service?.name === name ? { tenant, service } : undefined,
        );
      });
    });
  }

  /** One of the tenant's own policies. */
  policy(tenant: Tenant, policyId: string): MaybePromise<ManagedPolicy | undefined> {
    return andThen(this.#policy(tenant, policyId), (found) => found?.thing);
  }

  /** One of the tenant's own policies by its name in any spelling. */
  policyNamed(tenant: Tenant, name: string): MaybePromise<ManagedPolicy | undefined> {
    return andThen(this.#records.resolve(managedPolicyName(tenant.tenantId, name)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.policy(tenant, ref.id), (policy) => (sameName(policy?.name, name) ? policy : undefined));
    });
  }

  /**
   * Whether an ARN or an account id names somebody who is here: an account, a user or a role in its own spelling, or a
   * session that the role may have. Policies compare names to the letter, so another spelling names nobody.
   */
  isKnownPrincipal(text: string): MaybePromise<boolean> {
    const named = parsePrincipalArn(text);
    if (named === undefined) return false;
    return andThen(this.tenantByAccount(named.accountId), (tenant) => {
      if (tenant === undefined || named.kind === 'account') return tenant !== undefined;
      const { name } = named;
      if (named.kind === 'xks-endpoint') {
        const found = this.#records.resolve(xksEndpointName(tenant.tenantId, name));
        return andThen(found, (ref) => ref !== undefined);
      }
      const found = named.kind === 'user' ? this.memberNamed(tenant, name) : this.roleNamed(tenant, name);
      return andThen<Member | Role | undefined, boolean>(found, (one) => one?.name === name);
    });
  }

  /**
   * Who somebody of a tenant would be if a credential proved it at this time, for questions about access. A session is
   * bound by no policies of its own.
   */
  asIfProven(tenant: Tenant, named: NamedPrincipal, nowMs: number): MaybePromise<Principal | undefined> {
    if (named.accountId !== tenant.accountId) return undefined;
    if (named.kind === 'account') return this.#holderOf(tenant, asIf(tenant, 'root', tenant.tenantId, nowMs));
    // What an endpoint may do depends on each request at AWS.
    if (named.kind === 'xks-endpoint') return undefined;
    const { kind, name } = named;
    if (kind === 'user') {
      return andThen(this.memberNamed(tenant, name), (member) =>
        member?.name === name ? this.#holderOf(tenant, asIf(tenant, 'user', member.id, nowMs)) : undefined,
      );
    }
    const session = kind === 'session' ? named.session : 'session';
    return andThen(this.roleNamed(tenant, name), (role) =>
      role?.name === name ? this.#holderOf(tenant, asIf(tenant, 'role', role.id, nowMs, session)) : undefined,
    );
  }

  #member(tenant: Tenant, id: string): MaybePromise<Parsed<Member> | undefined> {
    return this.#members.find(principalRef(tenant.tenantId, id), (record) => {
      const thing = readPrincipal(tenant, record);
      return { thing, policies: parsedInline(thing) };
    });
  }

  #role(tenant: Tenant, id: string): MaybePromise<Parsed<Role> | undefined> {
    return this.#roles.find(roleRef(tenant.tenantId, id), (record) => {
      const thing = readRole(tenant, record);
      return { thing, policies: parsedInline(thing) };
    });
  }

  #policy(tenant: Tenant, id: string): MaybePromise<Parsed<ManagedPolicy> | undefined> {
    return this.#policies.find(managedPolicyRef(tenant.tenantId, id), (record) => {
      const thing = readManagedPolicy(tenant, record);
      return { thing, policies: [parsePolicy(thing.document, 'identity')] };
    });
  }

  #credential(tenant: Tenant, ref: RecordRef): MaybePromise<Parsed<Credential> | undefined> {
    return this.#credentials.find(ref, (record) => {
      const thing = readCredential(tenant, record);
      const text = thing.session?.policy;
      return { thing, policies: text === undefined ? [] : [parsePolicy(text, 'identity')] };
    });
  }

  #refOf(name: { space: string; name: string }): MaybePromise<RecordRef | undefined> {
    const cached = this.#refs.get(`${name.space} ${name.name}`);
    if (cached !== undefined) return cached;
    return andThen(this.#records.resolve(name), (ref) => {
      if (ref?.kind !== 'credential') return undefined;
      makeRoom(this.#refs, MAX_ENTRIES);
      this.#refs.set(`${name.space} ${name.name}`, ref);
      return ref;
    });
  }

  #proof(ref: RecordRef): MaybePromise<Proof | undefined> {
    return andThen(this.tenant(ref.tenantId), (tenant) => {
      if (tenant === undefined) return undefined;
      return andThen(this.#credential(tenant, ref), (found) => {
        if (found === undefined) return undefined;
        const { thing: credential, policies } = found;
        return andThen(this.#holderOf(tenant, credential), (principal) => {
          if (principal === undefined) return undefined;
          if (credential.type !== 'session') return { tenant, credential, principal };
          return andThen(this.#stands(credential.session), (stands) =>
            stands ? this.#session(tenant, credential, principal, policies) : undefined,
          );
        });
      });
    });
  }

  /** The principal of a credential; `undefined` where it is not there any more, or switched off. */
  #holderOf(tenant: Tenant, credential: Credential): MaybePromise<Principal | undefined> {
    const { id, type, holder, principalId, createdAtMs } = credential;
    if (holder === 'root') return rootOf(tenant, credential);
    if (holder === 'service') {
      return andThen(this.service(tenant, principalId), (service) =>
        service?.state === 'active' ? servicePrincipalOf(service, credential) : undefined,
      );
    }
    if (holder === 'role') {
      return andThen(this.#role(tenant, principalId), (found) => {
        if (found === undefined || !isSessionAlive(found.thing, createdAtMs)) return undefined;
        return andThen(this.#ownPolicies(tenant, found), (own) => roleSessionOf(tenant, found.thing, credential, own));
      });
    }
    return andThen(this.#member(tenant, principalId), (found) => {
      if (found?.thing.state !== 'active') return undefined;
      return andThen(this.#ownPolicies(tenant, found), (own) =>
        principalOf(tenant, found.thing, id, STRENGTHS[type], own),
      );
    });
  }

  /** Whether the credential at the bottom of a session is still one, and its holder too. */
  #stands(session: SessionTerms | undefined): MaybePromise<boolean> {
    if (session === undefined) return true;
    const { tenantId, credentialId } = session.source;
    return andThen(this.#proof(credentialRef(tenantId, credentialId)), (proof) => proof?.credential.state === 'active');
  }

  #session(
    tenant: Tenant,
    credential: Credential,
    principal: Principal,
    policies: readonly AccessPolicy[],
  ): MaybePromise<Proof | undefined> {
    const named = credential.session?.managedPolicies ?? [];
    const ids = named.filter((id) => !isBuiltInPolicy(id));
    return andThen(this.#attached(tenant, ids), (own) => {
      // A session whose bounds were deleted is none: it would be bound by less than it was opened with.
      if (own === undefined) return undefined;
      const builtIn = named.filter(isBuiltInPolicy).map((name) => BUILT_IN_POLICIES[name]);
      const bounds = { policies: [...policies, ...builtIn, ...own.policies], version: own.version };
      return { tenant, credential, principal: inSession(principal, credential, bounds) };
    });
  }

  /** @throws {NotAuthenticError} an attached policy is not there: it may have been the one that denies */
  #ownPolicies(tenant: Tenant, { thing, policies }: Parsed<Holder>): MaybePromise<OwnPolicies> {
    const ids = ownPolicyIds(thing);
    return andThen(this.#attached(tenant, ids), (attached) => {
      if (attached === undefined) throw new NotAuthenticError(managedPolicyRef(tenant.tenantId, ids.join(', ')));
      return { policies: [...policies, ...attached.policies], version: attached.version };
    });
  }

  /** Managed policies by their ids; `undefined` where one of them is not there. */
  #attached(tenant: Tenant, [id, ...others]: readonly string[]): MaybePromise<OwnPolicies | undefined> {
    if (id === undefined) return { policies: [], version: '' };
    return andThen(this.#policy(tenant, id), (found) => {
      if (found === undefined) return undefined;
      return andThen(
        this.#attached(tenant, others),
        (rest) =>
          rest && {
            policies: [...found.policies, ...rest.policies],
            version: `+${id}@${found.thing.revision}${rest.version}`,
          },
      );
    });
  }
}

function sameName(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

/** A credential that nobody has, for questions of what would be. */
function asIf(
  { tenantId, accountId }: Tenant,
  holder: CredentialHolder,
  principalId: string,
  createdAtMs: number,
  session?: string,
): Credential {
  const common = { id: 'none', tenantId, revision: 0, principalId, createdAtMs, state: 'active' } as const;
  if (session === undefined) return { ...common, type: 'access-key', ...(holder !== 'user' && { holder }) };
  const terms = { source: { tenantId, credentialId: 'none' }, openedBy: rootArn(accountId), name: session };
  return { ...common, type: 'session', holder: 'role', session: terms };
}

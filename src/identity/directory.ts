import type { BarrierKey } from '../crypto/hierarchy.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { xksEndpointName } from '../keys/xks-endpoint-record.ts';
import { EpochMemo } from '../records/record-cache.ts';
import { sharing } from './appointment.ts';
import { parsePrincipalArn, rootArn, type NamedPrincipal } from './arn.ts';
import { NotAuthenticError } from './body.ts';
import type { Credential, CredentialHolder, SessionTerms } from './credential.ts';
import { IdentityRecords, MAX_ENTRIES } from './identity-records.ts';
import { managedPolicyName, type ManagedPolicy } from './managed-policy.ts';
import { principalName, type Member, type Principal } from './principal.ts';
import { Proofs, type Proof } from './proofs.ts';
import { revocationsOf, roleName, type Role } from './role.ts';
import { serviceName, type Service } from './service.ts';
import { accountName, instanceName, type Instance, type Tenant } from './tenant.ts';

/** Finds tenants, regions, users, roles and who is behind a credential, and keeps them while they are true. */
export class Directory {
  readonly #records: RecordReader & Freshness;
  readonly #identity: IdentityRecords;
  readonly #proofs: Proofs;
  readonly #regions: EpochMemo<Instance>;
  readonly #instances: EpochMemo<Instance>;

  constructor(records: RecordReader & Freshness, barrier: BarrierKey) {
    this.#records = records;
    this.#identity = new IdentityRecords(records, barrier);
    this.#proofs = new Proofs(records, this.#identity);
    this.#regions = new EpochMemo(records, MAX_ENTRIES);
    this.#instances = new EpochMemo(records, MAX_ENTRIES);
  }

  tenant(tenantId: string): MaybePromise<Tenant | undefined> {
    return this.#identity.tenant(tenantId);
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
        return this.#identity.instance(tenant, region);
      }),
    );
  }

  /** A region of any tenant by its id. */
  instanceById(instanceId: string): MaybePromise<Instance | undefined> {
    return this.#instances.find(instanceId, () =>
      andThen(this.#records.resolve(instanceName(instanceId)), (ref) => {
        if (ref === undefined) return undefined;
        return andThen(this.instance(ref.tenantId, ref.id), (instance) => {
          // An id never changes hands: a name that leads elsewhere was tampered with.
          if (instance?.instanceId === instanceId) return instance;
          throw new NotAuthenticError(ref);
        });
      }),
    );
  }

  /** Who is behind an access key id. Proves nothing yet: the signature does. */
  byAccessKey(accessKeyId: string): MaybePromise<Proof | undefined> {
    return this.#proofs.byAccessKey(accessKeyId);
  }

  /** Who is behind an API key that was shown. */
  byApiKey(apiKey: Uint8Array): MaybePromise<Proof | undefined> {
    return this.#proofs.byApiKey(apiKey);
  }

  /** Who is behind the token of a console session. Whether it is still valid is for the caller to ask. */
  byConsoleToken(token: Uint8Array): MaybePromise<Proof | undefined> {
    return this.#proofs.byConsoleToken(token);
  }

  /** Who is behind a credential that something proven leads to. Whether it is still valid is for the caller to ask. */
  byCredential(tenantId: string, credentialId: string): MaybePromise<Proof | undefined> {
    return this.#proofs.byCredential(tenantId, credentialId);
  }

  /** Whether a credential of the tenant proves somebody at this time. */
  isInForce(tenant: Tenant, credential: Credential, nowMs: number): MaybePromise<boolean> {
    return this.#proofs.isInForce(tenant, credential, nowMs);
  }

  /** A user by its id, deleted ones too. */
  member(tenant: Tenant, principalId: string): MaybePromise<Member | undefined> {
    return andThen(this.#identity.member(tenant, principalId), (found) => found?.thing);
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
    return andThen(this.#identity.role(tenant, roleId), (found) => found?.thing);
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
    return this.#identity.service(tenant, serviceId);
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

  /** What a service would be if a credential proved it at this time, for questions about access. */
  serviceAsIfProven(name: string, nowMs: number): MaybePromise<Principal | undefined> {
    return andThen(
      this.serviceNamed(name),
      (found) =>
        found && this.#proofs.principalOf(found.tenant, asIf(found.tenant, 'service', found.service.id, nowMs)),
    );
  }

  /** One of the tenant's own policies. */
  policy(tenant: Tenant, policyId: string): MaybePromise<ManagedPolicy | undefined> {
    return andThen(this.#identity.policy(tenant, policyId), (found) => found?.thing);
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
    if (named.kind === 'account') return this.#proofs.principalOf(tenant, asIf(tenant, 'root', tenant.tenantId, nowMs));
    // What an endpoint may do depends on each request at AWS.
    if (named.kind === 'xks-endpoint') return undefined;
    const { kind, name } = named;
    if (kind === 'user') {
      return andThen(this.memberNamed(tenant, name), (member) =>
        member?.name === name
          ? this.#proofs.principalOf(tenant, { ...asIf(tenant, 'user', member.id, nowMs), ...sharing(member) })
          : undefined,
      );
    }
    const session = kind === 'session' ? named.session : 'session';
    return andThen(this.roleNamed(tenant, name), (role) =>
      role?.name === name
        ? this.#proofs.principalOf(
            tenant,
            asIf(tenant, 'role', role.id, nowMs, { name: session, revocations: revocationsOf(role) }),
          )
        : undefined,
    );
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
  session?: Pick<SessionTerms, 'name' | 'revocations'>,
): Credential {
  const common = { id: 'none', tenantId, revision: 0, principalId, createdAtMs, state: 'active' } as const;
  if (session === undefined) return { ...common, type: 'access-key', ...(holder !== 'user' && { holder }) };
  const terms = { source: { tenantId, credentialId: 'none' }, openedBy: rootArn(accountId), ...session };
  return { ...common, type: 'session', holder: 'role', session: terms };
}

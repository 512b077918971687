import type { AccessPolicy } from '../access/policy.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { EpochMemo, makeRoom } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';
import { commandsWithheld } from './appointment.ts';
import { NotAuthenticError } from './body.ts';
import { BUILT_IN_POLICIES, isBuiltInPolicy } from './built-in-policies.ts';
import {
  accessKeyName,
  apiKeyName,
  credentialRef,
  hashOfToken,
  type ConsoleTerms,
  type Credential,
  type SessionTerms,
} from './credential.ts';
import { ownPolicyIds, type Holder, type InstancePolicy } from './holder.ts';
import { MAX_ENTRIES, type IdentityRecords, type Parsed } from './identity-records.ts';
import { managedPolicyRef } from './managed-policy.ts';
import { principalOf, type OwnPolicies, type Principal, type Strength } from './principal.ts';
import { isSessionAlive } from './role.ts';
import { servicePrincipalOf } from './service.ts';
import { inScope, inSession, roleSessionOf, rootOf, type ScopeBounds } from './session.ts';
import { consoleSessionName, inConsoleSession, isOfPresent } from './sign-in/console-session.ts';
import type { Tenant } from './tenant.ts';

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
  'console-session': 'console-session',
};

/** Finds who is behind a credential: the rules of docs/spec/identity.md, "Credentials". */
export class Proofs {
  readonly #records: RecordReader;
  readonly #identity: IdentityRecords;
  /** Where an access key or the hash of an API key leads never changes. */
  readonly #refs = new Map<string, RecordRef>();
  readonly #proofs: EpochMemo<Proof>;

  constructor(records: RecordReader & Freshness, identity: IdentityRecords) {
    this.#records = records;
    this.#identity = identity;
    this.#proofs = new EpochMemo(records, MAX_ENTRIES);
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

  /** Who is behind the token of a console session. */
  byConsoleToken(token: Uint8Array): MaybePromise<Proof | undefined> {
    const tokenHash = hashOfToken(token);
    return andThen(this.#refOf(consoleSessionName(tokenHash)), (ref) => {
      if (ref === undefined) return undefined;
      return andThen(this.#proof(ref), (proof) =>
        proof?.credential.consoleTokenHash === tokenHash ? proof : undefined,
      );
    });
  }

  /** Who is behind a credential that something else leads to: a token that stands on an API key. */
  byCredential(tenantId: string, credentialId: string): MaybePromise<Proof | undefined> {
    return this.#proofs.find(`${tenantId}/${credentialId}`, () => this.#proof(credentialRef(tenantId, credentialId)));
  }

  /**
   * Whether a credential proves somebody at this time: nobody took it back, its time is not over, and its holder and
   * what opened it are still there and switched on.
   */
  isInForce(tenant: Tenant, credential: Credential, nowMs: number): MaybePromise<boolean> {
    const { id, state, expiresAtMs } = credential;
    if (state !== 'active' || (expiresAtMs !== undefined && nowMs >= expiresAtMs)) return false;
    return andThen(this.#proof(credentialRef(tenant.tenantId, id)), (proof) => proof !== undefined);
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
    return andThen(this.#identity.tenant(ref.tenantId), (tenant) => {
      if (tenant === undefined) return undefined;
      return andThen(this.#identity.credential(tenant, ref), (found) => {
        if (found === undefined) return undefined;
        const { thing: credential, policies } = found;
        return andThen(this.principalOf(tenant, credential), (principal) => {
          if (principal === undefined) return undefined;
          if (credential.console !== undefined)
            return this.#consoleSession(tenant, credential, principal, credential.console);
          if (credential.type !== 'session') return this.#scoped({ tenant, credential, principal });
          if (credential.session === undefined) {
            const proven = this.#session(tenant, credential, principal, policies);
            return andThen(proven, (proof) => proof && this.#scoped(proof));
          }
          return andThen(
            this.#bottom(credential.session),
            (bottom) => bottom && this.#session(tenant, credential, principal, policies, bottom.principal),
          );
        });
      });
    });
  }

  /** The principal of a credential; `undefined` where it is not there any more, or switched off. */
  principalOf(tenant: Tenant, credential: Credential): MaybePromise<Principal | undefined> {
    const { id, type, holder, principalId, session } = credential;
    if (holder === 'root') return rootOf(tenant, credential);
    if (holder === 'service') {
      return andThen(this.#identity.service(tenant, principalId), (service) =>
        service?.state === 'active' ? servicePrincipalOf(service, credential) : undefined,
      );
    }
    if (holder === 'role') {
      return andThen(this.#identity.role(tenant, principalId), (found) => {
        if (found === undefined || !isSessionAlive(found.thing, session?.revocations ?? 0)) return undefined;
        return andThen(this.#ownPolicies(tenant, found), (own) => roleSessionOf(tenant, found.thing, credential, own));
      });
    }
    return andThen(this.#identity.member(tenant, principalId), (found) => {
      if (found?.thing.state !== 'active') return undefined;
      if (type === 'console-session' && !isOfPresent(found.thing, credential)) return undefined;
      // A person who signs in proves who they are now, whatever was issued before.
      const withheld = type === 'console-session' ? [] : commandsWithheld(found.thing, credential);
      return andThen(this.#ownPolicies(tenant, found), (own) =>
        principalOf(tenant, found.thing, id, STRENGTHS[type], own, withheld),
      );
    });
  }

  /** Who is at the bottom of a session, as long as that credential is one, and its holder there. */
  #bottom({ source: { tenantId, credentialId } }: SessionTerms): MaybePromise<Proof | undefined> {
    return andThen(this.#proof(credentialRef(tenantId, credentialId)), (proof) =>
      proof?.credential.state === 'active' ? proof : undefined,
    );
  }

  #session(
    tenant: Tenant,
    credential: Credential,
    principal: Principal,
    policies: readonly AccessPolicy[],
    openedBy?: Principal,
  ): MaybePromise<Proof | undefined> {
    return andThen(this.#bounds(tenant, credential.session?.managedPolicies ?? []), (managed) => {
      // A session whose bounds were deleted is none: it would be bound by less than it was opened with.
      if (managed === undefined) return undefined;
      const bounds = { policies: [...policies, ...managed.policies], version: managed.version };
      return { tenant, credential, principal: inSession(principal, credential, bounds, openedBy) };
    });
  }

  /** The same, bound by the scopes of its credential; `undefined` where one of them was deleted, as with a session. */
  #scoped(proof: Proof): MaybePromise<Proof | undefined> {
    const { tenant, credential, principal } = proof;
    if (credential.scopes === undefined) return proof;
    return andThen(
      this.#bounds(tenant, credential.scopes),
      (bounds) => bounds && { ...proof, principal: inScope(principal, bounds) },
    );
  }

  /** Policies by what bounds call them: built-in ones by name, the tenant's own by id; `undefined` where one is gone. */
  #bounds(tenant: Tenant, named: readonly string[]): MaybePromise<ScopeBounds | undefined> {
    const ids = named.filter((id) => !isBuiltInPolicy(id));
    return andThen(this.#attached(tenant, ids), (own) => {
      if (own === undefined) return undefined;
      const builtIn = named.filter(isBuiltInPolicy);
      return {
        policies: [...builtIn.map((name) => ({ ...BUILT_IN_POLICIES[name], name })), ...own.policies],
        version: builtIn.map((name) => `+${name}`).join('') + own.version,
      };
    });
  }

  /** @throws {NotAuthenticError} an attached policy is not there: it may have been the one that denies */
  #ownPolicies(tenant: Tenant, { thing, policies, ofInstances = [] }: Parsed<Holder>): MaybePromise<OwnPolicies> {
    const ids = ownPolicyIds(thing);
    return andThen(this.#attached(tenant, ids), (attached) => {
      if (attached === undefined) throw new NotAuthenticError(managedPolicyRef(tenant.tenantId, ids.join(', ')));
      return andThen(this.#inInstances(tenant, ofInstances), (there) => ({
        policies: [...policies, ...there.policies, ...attached.policies],
        version: attached.version + there.version,
      }));
    });
  }

  /** What counts in instances that are there: what was said of one that was deleted holds for none after it. */
  #inInstances(tenant: Tenant, [first, ...others]: readonly InstancePolicy[]): MaybePromise<OwnPolicies> {
    if (first === undefined) return { policies: [], version: '' };
    const { region, instanceId, policy } = first;
    return andThen(this.#identity.instance(tenant, region), (instance) =>
      andThen(this.#inInstances(tenant, others), (rest) =>
        instance?.instanceId === instanceId
          ? { policies: [policy, ...rest.policies], version: `~${instanceId}${rest.version}` }
          : rest,
      ),
    );
  }

  /**
   * A user in a console session. One that a provider vouched for is nobody while that is switched off; nor is an
   * operator by a provider that is not for operators: somebody else decides whom it vouches for.
   */
  #consoleSession(
    tenant: Tenant,
    credential: Credential,
    principal: Principal,
    terms: ConsoleTerms,
  ): MaybePromise<Proof | undefined> {
    const proof = { tenant, credential, principal: inConsoleSession(principal, credential, terms) };
    if (terms.provider === undefined) return proof;
    const isOperator = principal.installationPolicies !== undefined;
    return andThen(this.#identity.provider(tenant, terms.provider.providerId), (provider) =>
      provider?.state === 'active' && (provider.isForOperators || !isOperator) ? proof : undefined,
    );
  }

  /** Managed policies by their ids; `undefined` where one of them is not there. */
  #attached(tenant: Tenant, [id, ...others]: readonly string[]): MaybePromise<ScopeBounds | undefined> {
    if (id === undefined) return { policies: [], version: '' };
    return andThen(this.#identity.policy(tenant, id), (found) => {
      if (found === undefined) return undefined;
      const { name, revision } = found.thing;
      return andThen(
        this.#attached(tenant, others),
        (rest) =>
          rest && {
            policies: [...found.policies.map((policy) => ({ ...policy, name })), ...rest.policies],
            version: `+${id}@${revision}${rest.version}`,
          },
      );
    });
  }
}

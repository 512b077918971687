import type { BarrierKey } from '../crypto/hierarchy.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { EpochMemo, makeRoom, RecordCache } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';
import { NotAuthenticError } from './body.ts';
import { accessKeyName, apiKeyName, hashOfToken, readCredential, type Credential } from './credential.ts';
import { principalOf, principalRef, readPrincipal, type Member, type Principal, type Strength } from './principal.ts';
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

/** Finds tenants, regions and who is behind a credential, and keeps them while they are true. */
export class Directory {
  readonly #records: RecordReader & Freshness;
  readonly #barrier: BarrierKey;
  readonly #tenants: RecordCache<Tenant>;
  readonly #instances: RecordCache<Instance>;
  readonly #members: RecordCache<Member>;
  readonly #credentials: RecordCache<Credential>;
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

  member(tenant: Tenant, principalId: string): MaybePromise<Member | undefined> {
    return this.#members.find(principalRef(tenant.tenantId, principalId), (record) => readPrincipal(tenant, record));
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
      return andThen(
        this.#credentials.find(ref, (record) => readCredential(tenant, record)),
        (credential) => {
          if (credential === undefined) return undefined;
          return andThen(this.member(tenant, credential.principalId), (member) => {
            if (member === undefined || member.state !== 'active') return undefined;
            return {
              tenant,
              credential,
              principal: principalOf(tenant, member, credential.id, STRENGTHS[credential.type]),
            };
          });
        },
      );
    });
  }
}

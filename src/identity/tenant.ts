import type { BarrierKey, InstanceKey, TenantKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Precondition, Put, RecordName } from '../records/commit.ts';
import { INSTALLATION, type RecordRef, type StoredRecord } from '../records/record.ts';
import { putBody, readBody } from './body.ts';

interface TenantBody {
  /** 12 digits, as an AWS account has. */
  readonly accountId: string;
  readonly name: string;
  /** Base64 of the wrapped tenant key. */
  readonly tenantKey: string;
  readonly createdAtMs: number;
}

/** A customer. */
export interface Tenant {
  readonly tenantId: string;
  readonly accountId: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly tenantKey: TenantKey;
}

interface InstanceBody {
  /** UUID, as an IBM Key Protect instance has. */
  readonly instanceId: string;
  /** Base64 of the wrapped instance key; a deleted instance has none. */
  readonly instanceKey?: string;
  readonly createdAtMs: number;
  readonly deletedAtMs?: number;
}

/** One tenant's keys in one region. It is the `KeySpace` of the key domain. */
export interface Instance {
  readonly tenantId: string;
  readonly accountId: string;
  readonly region: string;
  readonly instanceId: string;
  readonly revision: number;
  readonly createdAtMs: number;
  readonly tenantKey: TenantKey;
  readonly instanceKey: InstanceKey;
}

/** The form of a region's name: `us-east-1`, `eu-de`, `eu-fr2`. */
export const REGION = /^[a-z]{2}(?:-[a-z]+)+(?:-?\d)?$/;

export function tenantRef(tenantId: string): RecordRef {
  return { tenantId: INSTALLATION, kind: 'tenant', id: tenantId };
}

export function instanceRef(tenantId: string, region: string): RecordRef {
  return { tenantId, kind: 'instance', id: region };
}

export function accountName(accountId: string): RecordName {
  return { space: 'account', name: accountId };
}

export function instanceName(instanceId: string): RecordName {
  return { space: 'instance', name: instanceId };
}

/** 12 digits that do not begin with 0. */
function makeAccountId(random: Random): string {
  const digits = random(8).readBigUInt64BE() % 900_000_000_000n;
  return String(100_000_000_000n + digits);
}

/** Makes a tenant: an account with a key of its own, without any region yet. */
export function makeTenant(
  barrier: BarrierKey,
  name: string,
  nowMs: number,
  random: Random,
): { readonly tenant: Tenant; readonly write: Put } {
  const tenantId = uuid(random);
  const accountId = makeAccountId(random);
  const wrapped = barrier.makeTenantKey(tenantId, random);
  const body: TenantBody = { accountId, name, tenantKey: wrapped.toString('base64'), createdAtMs: nowMs };
  const claim = [accountName(accountId)];
  return {
    tenant: { tenantId, accountId, name, createdAtMs: nowMs, tenantKey: barrier.openTenantKey(tenantId, wrapped) },
    write: putBody(barrier.records, tenantRef(tenantId), 0, body, { claim }),
  };
}

export function readTenant(barrier: BarrierKey, record: StoredRecord): Tenant {
  const body = readBody<TenantBody>(barrier.records, record);
  const tenantKey = barrier.openTenantKey(record.id, Buffer.from(body.tenantKey, 'base64'));
  return { tenantId: record.id, accountId: body.accountId, name: body.name, createdAtMs: body.createdAtMs, tenantKey };
}

/**
 * Opens a region for a tenant: from now on keys may live there.
 *
 * @param formerRevision of the record that a deleted instance of the region left; 0: there never was one
 */
export function makeInstance(
  tenant: Tenant,
  region: string,
  nowMs: number,
  random: Random,
  formerRevision = 0,
): { readonly instance: Instance; readonly write: Put } {
  const instanceId = uuid(random);
  const wrapped = tenant.tenantKey.makeInstanceKey(region, random);
  const instanceKey = wrapped.toString('base64');
  const body: InstanceBody = { instanceId, instanceKey, createdAtMs: nowMs };
  const claim = [instanceName(instanceId)];
  return {
    instance: open(tenant, region, formerRevision + 1, { ...body, instanceKey }),
    write: putBody(tenant.tenantKey.records, instanceRef(tenant.tenantId, region), formerRevision, body, { claim }),
  };
}

/**
 * Closes a region of a tenant that holds nothing any more. Its key is gone for good; what stays says which instance it
 * was, and lets no commit that was made for this one pass for one of a later instance of the region.
 */
export function deleteInstance(instance: Instance, nowMs: number): Put {
  const { tenantId, region, instanceId, createdAtMs, revision, tenantKey } = instance;
  const body: InstanceBody = { instanceId, createdAtMs, deletedAtMs: nowMs };
  const release = [instanceName(instanceId)];
  return putBody(tenantKey.records, instanceRef(tenantId, region), revision, body, { release }, DELETED_SCOPE);
}

/** Deleted instances are in no list. */
const DELETED_SCOPE = 'deleted';

/** What is made in an instance is made only if the instance is there at the commit. */
export function whileItLasts({ tenantId, region, revision }: Instance): Precondition {
  return { ref: instanceRef(tenantId, region), revision };
}

/** `undefined` where the record tells of an instance that was deleted. */
export function readInstance(tenant: Tenant, record: StoredRecord): Instance | undefined {
  const body = readBody<InstanceBody>(tenant.tenantKey.records, record);
  const { instanceKey } = body;
  return instanceKey === undefined ? undefined : open(tenant, record.id, record.revision, { ...body, instanceKey });
}

/** The id of the instance that a record tells of; `undefined` where that was deleted. */
export function instanceIdIn(tenantKey: TenantKey, record: StoredRecord): string | undefined {
  const { instanceId, instanceKey } = readBody<InstanceBody>(tenantKey.records, record);
  return instanceKey === undefined ? undefined : instanceId;
}

function open(
  tenant: Tenant,
  region: string,
  revision: number,
  { instanceId, createdAtMs, instanceKey }: InstanceBody & { readonly instanceKey: string },
): Instance {
  return {
    tenantId: tenant.tenantId,
    accountId: tenant.accountId,
    region,
    instanceId,
    revision,
    createdAtMs,
    tenantKey: tenant.tenantKey,
    instanceKey: tenant.tenantKey.openInstanceKey(region, Buffer.from(instanceKey, 'base64')),
  };
}

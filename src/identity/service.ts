import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { NO_ACCOUNT, serviceArn } from './arn.ts';
import { putBody, readBody } from './body.ts';
import type { Credential } from './credential.ts';
import type { Principal } from './principal.ts';
import type { ServiceEvents } from './service-events.ts';
import type { Tenant } from './tenant.ts';

interface ServiceBody {
  readonly name: string;
  readonly state: 'active' | 'suspended';
  readonly createdAtMs: number;
  /** Where it is told what becomes of keys; absent: nowhere. */
  readonly events?: ServiceEvents;
}

/**
 * A program that acts for tenants: it may what policies of keys, trust policies and grants give its name, in any
 * tenant, and nothing else. Its record and its log are those of the tenant of the operator who registered it.
 */
export interface Service extends ServiceBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** `backup.example.com`: at least two labels, in lower case. */
export const SERVICE_NAME = /^(?=.{4,128}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

export function serviceRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'service', id };
}

/** One name over all tenants. */
export function serviceName(name: string): RecordName {
  return { space: 'service', name };
}

export function makeService(
  tenant: Tenant,
  name: string,
  nowMs: number,
  random: Random,
): { readonly service: Service; readonly write: Put } {
  const id = uuid(random);
  const body: ServiceBody = { name, state: 'active', createdAtMs: nowMs };
  return {
    service: { ...body, id, tenantId: tenant.tenantId, revision: 1 },
    write: putBody(tenant.tenantKey.records, serviceRef(tenant.tenantId, id), 0, body, { claim: [serviceName(name)] }),
  };
}

export function putService(tenant: Tenant, after: Service): { readonly service: Service; readonly write: Put } {
  const { id, tenantId, revision, ...body } = after;
  return {
    service: { ...after, revision: revision + 1 },
    write: putBody(tenant.tenantKey.records, serviceRef(tenantId, id), revision, body),
  };
}

export function readService(tenant: Tenant, record: StoredRecord): Service {
  const body = readBody<ServiceBody>(tenant.tenantKey.records, record);
  return { ...body, id: record.id, tenantId: record.tenantId, revision: record.revision };
}

/** The principal that a credential proves a service to be. */
export function servicePrincipalOf(service: Service, { id, type }: Credential): Principal {
  return {
    tenantId: service.tenantId,
    accountId: NO_ACCOUNT,
    kind: 'service',
    id: service.id,
    name: service.name,
    arn: serviceArn(service.name),
    policies: [],
    service: service.name,
    credentialId: id,
    strength: type === 'api-key' ? 'api-key' : 'secret-key',
    cacheKey: `${service.id}@${service.revision}`,
  };
}

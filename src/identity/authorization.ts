import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, Remove } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { NotAuthenticError, putBody, readBody } from './body.ts';
import { keyActionsOf, SERVICE_ACTIONS, type KeyRole } from './key-roles.ts';
import { checkScope, keyStatementsOf, reachOf, type RoleScope } from './role-assignment.ts';
import { instanceIdIn, instanceRef, type Tenant } from './tenant.ts';

interface AuthorizationBody extends RoleScope {
  /** The name of the service. */
  readonly service: string;
  readonly roles: readonly KeyRole[];
  readonly createdAtMs: number;
}

/**
 * What a tenant lets a service do with its keys: a service-to-service authorization of IBM Cloud IAM
 * (https://cloud.ibm.com/docs/account?topic=account-serviceauth). It only ever allows.
 */
export interface Authorization extends AuthorizationBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

const PAGE = 1_000;

function authorizationRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'authorization', id };
}

/** Space of the authorizations of one service in one tenant. The names are their ids. */
function authorizationSpace(tenantId: string, service: string): string {
  return `authorization:${tenantId}:${service}`;
}

/** @throws {IdentityError} `role-assignment-malformed` */
export function makeAuthorization(
  { tenantId, tenantKey }: Tenant,
  wanted: Omit<AuthorizationBody, 'createdAtMs'>,
  nowMs: number,
  random: Random,
): { readonly authorization: Authorization; readonly write: Put } {
  checkScope(wanted);
  const id = uuid(random);
  const body: AuthorizationBody = { ...wanted, createdAtMs: nowMs };
  const claim = [{ space: authorizationSpace(tenantId, wanted.service), name: id }];
  return {
    authorization: { ...body, id, tenantId, revision: 1 },
    write: putBody(tenantKey.records, authorizationRef(tenantId, id), 0, body, { claim }),
  };
}

export function removeAuthorization({ tenantId, id, revision }: Authorization): Remove {
  return { remove: authorizationRef(tenantId, id), revision };
}

/** @throws {NotAuthenticError} */
export function readAuthorization(tenantKey: TenantKey, record: StoredRecord): Authorization {
  if (record.kind !== 'authorization') throw new NotAuthenticError(record);
  const { id, tenantId, revision } = record;
  return { ...readBody<AuthorizationBody>(tenantKey.records, record), id, tenantId, revision };
}

/** An authorization of a tenant by its id. */
export async function findAuthorization(
  records: Pick<RecordReader, 'read'>,
  { tenantId, tenantKey }: Pick<Tenant, 'tenantId' | 'tenantKey'>,
  id: string,
): Promise<Authorization | undefined> {
  const record = await records.read(authorizationRef(tenantId, id));
  return record && readAuthorization(tenantKey, record);
}

/**
 * Everything that a tenant has authorized a service to, but over instances that are not there any more. A name that
 * leads to another's authorization gives nothing.
 */
export async function authorizationsOf(
  records: Pick<RecordReader, 'read' | 'listNames'>,
  tenant: Pick<Tenant, 'tenantId' | 'tenantKey'>,
  service: string,
): Promise<readonly Authorization[]> {
  const found: Authorization[] = [];
  for (let after: string | undefined; ;) {
    const page = { limit: PAGE, ...(after !== undefined && { after }) };
    const names = await records.listNames(authorizationSpace(tenant.tenantId, service), page);
    for (const { name } of names) {
      const one = await findAuthorization(records, tenant, name);
      if (one?.service === service) found.push(one);
    }
    after = names.at(-1)?.name;
    if (names.length < PAGE) return standing(records, tenant, found);
  }
}

/** What was said of an instance that was deleted holds for none after it. */
async function standing(
  records: Pick<RecordReader, 'read'>,
  { tenantId, tenantKey }: Pick<Tenant, 'tenantId' | 'tenantKey'>,
  authorizations: readonly Authorization[],
): Promise<readonly Authorization[]> {
  const there = new Map<string, string | undefined>();
  for (const region of new Set(authorizations.flatMap((one) => one.region ?? []))) {
    const record = await records.read(instanceRef(tenantId, region));
    there.set(region, record && instanceIdIn(tenantKey, record));
  }
  return authorizations.filter(
    ({ region, instanceId }) => region === undefined || (instanceId !== undefined && there.get(region) === instanceId),
  );
}

/**
 * What an authorization allows: what its roles do, and what every service that uses a key must do. To let a key go is its
 * owner's to do, whatever the role.
 */
export function actionsOf(authorization: Pick<Authorization, 'roles' | keyof RoleScope>): readonly string[] {
  const ofRoles = keyActionsOf(authorization.roles, reachOf(authorization));
  return [...new Set([...ofRoles.filter((action) => !OWNERS_ALONE.has(action)), ...SERVICE_ACTIONS])];
}

const OWNERS_ALONE: ReadonlySet<string> = new Set(['kms:ScheduleKeyDeletion', 'kms:PurgeKey']);

/** Whether an authorization reaches a key. */
export function reaches(
  { region, keyRing, keyId }: RoleScope,
  key: { readonly region: string; readonly keyRing: string; readonly id: string },
): boolean {
  return (
    (region === undefined || region === key.region) &&
    (keyRing === undefined || keyRing === key.keyRing) &&
    (keyId === undefined || keyId === key.id)
  );
}

/** Authorizations of one service as the policy of an instance, for what is done to no single key. */
export function policyOfAuthorizations(
  accountId: string,
  service: string,
  authorizations: readonly Authorization[],
): AccessPolicy {
  const Statement = authorizations
    .flatMap((one) => keyStatementsOf(accountId, actionsOf(one), one))
    .map((statement) => ({ ...statement, Principal: { Service: service } }));
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'key');
}

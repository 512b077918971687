import type { AccessPolicy } from '../access/policy.ts';
import type { Scope } from '../access/request.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { userArn } from './arn.ts';
import { putBody, readBody } from './body.ts';
import type { Appointments, Command } from './appointment.ts';
import { BUILT_IN_POLICIES, isBuiltInPolicy, isOperator } from './built-in-policies.ts';
import type { Holder } from './holder.ts';
import type { Tenant } from './tenant.ts';

export { PRINCIPAL_NAME } from './arn.ts';

interface PrincipalBody extends Holder {
  /** A deleted one stays as a tombstone: its name is never given again, since policies may go on naming it. */
  readonly state: 'active' | 'suspended' | 'deleted';
  readonly createdAtMs: number;
  /** It is no person but a program of the tenant: a service id, in the words of IBM Cloud IAM. */
  readonly program?: true;
  /** How often all its console sessions were ended at once; absent: never. */
  readonly sessionRevocations?: number;
  /** How often it was given a policy by which it commands; absent: with its making, or never. */
  readonly appointments?: Appointments;
}

/** As the first version wrote it: built-in policies alone, under another word. */
interface FirstBody extends Omit<PrincipalBody, 'policies' | 'inline' | 'tags'>, Partial<Omit<Holder, 'name'>> {
  readonly roles?: readonly string[];
}

/** How sure we are of who asks. */
export type Strength = 'secret-key' | 'session' | 'api-key' | 'console-session' | 'server';

/** A user of a tenant, as its record says. */
export interface Member extends PrincipalBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** Who asks, proven. */
export interface Principal {
  readonly tenantId: string;
  readonly accountId: string;
  readonly kind: 'root' | 'user' | 'role' | 'service' | 'server';
  /** Of the user, of the service, of the role that a session assumed; the tenant's for the account's root. */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Further names under which a policy may name it: the ARN of the role that a session assumed. */
  readonly names?: readonly string[];
  /** Attached and inline policies. Within the tenant, whatever their words reach for. */
  readonly policies: readonly AccessPolicy[];
  /** Policies for actions of `installation:`, which reach over all tenants: of operators alone. */
  readonly installationPolicies?: readonly AccessPolicy[];
  /** Policies that a session was opened with: where there are any, they must allow too. */
  readonly sessionPolicies?: readonly AccessPolicy[];
  /** Policies that bound the credential at the bottom: where there are any, they must allow too, whatever else allows. */
  readonly scopes?: readonly Scope[];
  /** Policies of its user that the credential has no part in: it was issued before they were given. */
  readonly withheld?: readonly Command[];
  /** It is a program of the tenant, not a person. */
  readonly program?: true;
  /** Set where a service asks: the name by which `Principal: { Service }` means it. */
  readonly service?: string;
  /** For conditions: `aws:PrincipalTag/...`. */
  readonly tags?: ReadonlyMap<string, string>;
  /** The name that a session of a role was given: `aws:userid` is `<id>:<session name>` then. */
  readonly sessionName?: string;
  /** For conditions: `aws:TokenIssueTime`, of sessions. */
  readonly sessionIssuedAtMs?: number;
  /** For conditions: `aws:SourceIdentity`, of sessions that were opened with one. */
  readonly sourceIdentity?: string;
  /** For sessions of roles: the id of who is at the bottom of their chain, {@link Principal.id} of its credential. */
  readonly openedById?: string;
  /** For conditions: how and when a person proved to be it, for a console session. */
  readonly authentication?: { readonly atMs: number; readonly isMultiFactor: boolean };
  /** The credential that proved it. */
  readonly credentialId: string;
  readonly strength: Strength;
  /** Changes whenever what the principal may do changes: a decision for one value holds for that value only. */
  readonly cacheKey: string;
}

export function principalRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'principal', id };
}

/** Names that differ in case only are one. */
export function principalName(tenantId: string, name: string): RecordName {
  return { space: `principal:${tenantId}`, name: name.toLowerCase() };
}

/** Makes a user with built-in policies. */
export function makePrincipal(
  tenant: Tenant,
  name: string,
  policies: readonly string[],
  nowMs: number,
  random: Random,
  { program, inline = [] }: Partial<Pick<PrincipalBody, 'program' | 'inline'>> = {},
): { readonly member: Member; readonly write: Put } {
  const id = uuid(random);
  const body: PrincipalBody = {
    name,
    policies,
    inline,
    tags: [],
    state: 'active',
    createdAtMs: nowMs,
    ...(program && { program }),
  };
  const claim = [principalName(tenant.tenantId, name)];
  return {
    member: { ...body, id, tenantId: tenant.tenantId, revision: 1 },
    write: putBody(tenant.tenantKey.records, principalRef(tenant.tenantId, id), 0, body, { claim }),
  };
}

/** The write that brings a user to a new state. Deleted ones leave the lists. */
export function putPrincipal(tenant: Tenant, after: Member): { readonly member: Member; readonly write: Put } {
  const { id, tenantId, revision, ...body } = after;
  const scope = after.state === 'deleted' ? 'deleted' : '';
  return {
    member: { ...after, revision: revision + 1 },
    write: putBody(tenant.tenantKey.records, principalRef(tenantId, id), revision, body, {}, scope),
  };
}

export function readPrincipal(tenant: Tenant, record: StoredRecord): Member {
  const { roles = [], ...body } = readBody<FirstBody>(tenant.tenantKey.records, record);
  const { id, tenantId, revision } = record;
  return { inline: [], tags: [], ...body, policies: body.policies ?? roles, id, tenantId, revision };
}

/** The tenant's own policies of a user or a role, and the words that change when they do. */
export interface OwnPolicies {
  readonly policies: readonly AccessPolicy[];
  readonly version: string;
}

const NONE: OwnPolicies = { policies: [], version: '' };

/** The principal that a credential proves a user to be. `withheld`: what of its policies does not count there. */
export function principalOf(
  tenant: Tenant,
  member: Member,
  credentialId: string,
  strength: Strength,
  own: OwnPolicies = NONE,
  withheld: readonly Command[] = [],
): Principal {
  const counting = { ...member, policies: member.policies.filter((name) => !withheld.some((one) => one === name)) };
  return {
    tenantId: tenant.tenantId,
    accountId: tenant.accountId,
    kind: 'user',
    id: member.id,
    name: member.name,
    arn: userArn(tenant.accountId, member.name),
    policies: [...builtIn(counting), ...own.policies],
    ...(withheld.length > 0 && { withheld }),
    ...(isOperator(counting.policies) && { installationPolicies: [BUILT_IN_POLICIES.operator] }),
    ...(member.program && { program: member.program }),
    ...(member.tags.length > 0 && { tags: new Map(member.tags.map(({ key, value }) => [key, value])) }),
    credentialId,
    strength,
    cacheKey: `${member.id}@${member.revision}${own.version}${withheld.map((name) => `-${name}`).join('')}`,
  };
}

/** The unique id of a principal as AWS words it: `aws:userid`, and `UserId` of GetCallerIdentity. */
export function userIdOf({ kind, id, accountId, sessionName }: Principal): string {
  if (kind === 'root') return accountId;
  return sessionName === undefined ? id : `${id}:${sessionName}`;
}

/** The built-in policies among the attached ones. */
export function builtIn({ policies }: Holder): AccessPolicy[] {
  return policies.filter(isBuiltInPolicy).map((name) => BUILT_IN_POLICIES[name]);
}

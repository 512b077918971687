import type { Static } from 'typebox';
import Type from 'typebox';
import type { CredentialUse } from '../../../audit/credential-uses.ts';
import { COMMANDS, commandsWithheld, sharing, type Command } from '../../../identity/appointment.ts';
import { roleArn, rootArn, serviceArn, userArn } from '../../../identity/arn.ts';
import {
  credentialRef,
  issueAccessKey,
  issueApiKey,
  readCredential,
  removeCredential,
  suspendCredential as suspended,
  type Credential,
  type CredentialHolder,
  type CredentialType,
  type Issue,
  type IssuedCredential,
} from '../../../identity/credential.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { principalRef } from '../../../identity/principal.ts';
import { inFreePlace } from '../../../identity/quotas.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import {
  closed,
  DESCRIPTION,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  POLICY_NAMES,
  POLICY_NAME_TEXT,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';
import { operatorTargets } from '../attached-policies.ts';
import { requireUnbounded, scopeNames, scopesNamed } from '../credential-scopes.ts';

/** The bounds of a session's life: 15 minutes to 36 hours, as AWS STS has them for its sessions. */
const SESSION_SECONDS = { minimum: 900, maximum: 129_600 };

const TYPE = Type.Enum(['access-key', 'session', 'api-key']);
const CREDENTIAL_ID = Type.String({
  pattern: '^[A-Za-z0-9-]{16,64}$',
  description: 'an access key id, or the id of an API key',
});
const ONCE = 'shown in this answer and never again';

const STATE = Type.Enum(['active', 'suspended', 'inactive'], {
  description:
    'inactive: nobody suspended it, but its time is over, or its user, its role, a scope or what opened it was taken back',
});
const CREDENTIAL = named('Credential', {
  credentialId: CREDENTIAL_ID,
  holder: Type.Enum(['user', 'role', 'root', 'service'], {
    description: 'whom it proves: for a role, a session of it',
  }),
  principalId: Type.String({ ...UUID, description: "the id of the user or role; the tenant's for its root" }),
  sessionName: Type.Optional(Type.String({ description: 'the name of a session of a role' })),
  type: TYPE,
  state: STATE,
  createdAt: TIMESTAMP,
  expiresAt: Type.Optional(TIMESTAMP),
  description: Type.Optional(Type.String({ description: 'what it is for' })),
  scopes: Type.Optional({ ...POLICY_NAMES, description: 'policies that bound it, and whatever is opened by it' }),
  lastUsedAt: Type.Optional({ ...TIMESTAMP, description: 'of the newest request that it proved; lists have it' }),
  lastUsedFrom: Type.Optional(Type.String({ description: 'the address from which that came' })),
  lastUsedBy: Type.Optional(Type.String({ description: 'the protocol by which that came: admin, aws-kms, sts, ...' })),
  withheld: Type.Optional(
    Type.Array(Type.Enum([...COMMANDS]), {
      description:
        'policies of its user that do not count for it: it was issued before its user came to command; lists have it',
    }),
  ),
});

const MOMENT = Type.String({ ...TIMESTAMP });
const LISTED = closed({
  ...PAGE.properties,
  principal: Type.Optional(UUID),
  type: Type.Optional(TYPE),
  state: Type.Optional(STATE),
  unusedSince: Type.Optional({
    ...MOMENT,
    description: 'those that proved no request since then; one that is younger is none of them',
  }),
  expiringBefore: Type.Optional({ ...MOMENT, description: 'those that end by themselves before then' }),
});

export const ISSUED_CREDENTIAL = named('IssuedCredential', {
  credential: CREDENTIAL,
  accessKeyId: Type.Optional(Type.String()),
  secretAccessKey: Type.Optional(Type.String({ description: ONCE })),
  sessionToken: Type.Optional(Type.String({ description: ONCE })),
  apiKey: Type.Optional(Type.String({ description: ONCE })),
});

/** How it ends, what bounds it, what it is for. */
interface Terms {
  readonly said: Pick<Issue, 'scopes' | 'description' | 'appointments'>;
  readonly lifetimeSeconds: number;
  readonly expiresAtMs: number | undefined;
}

type IssueOf = (
  tenant: Tenant,
  principalId: string,
  terms: Terms,
  nowMs: number,
  context: AdminContext,
) => IssuedCredential;

const ISSUE: Record<CredentialType, IssueOf> = {
  'access-key': (tenant, principalId, { said, expiresAtMs }, nowMs, { services }) =>
    issueAccessKey(tenant, principalId, undefined, nowMs, services.random, { ...said, expiresAtMs }),
  session: (tenant, principalId, { said, lifetimeSeconds }, nowMs, { services }) =>
    issueAccessKey(tenant, principalId, nowMs + 1000 * lifetimeSeconds, nowMs, services.random, said),
  'api-key': (tenant, principalId, { said, expiresAtMs }, nowMs, { services }) =>
    issueApiKey(tenant, principalId, nowMs, services.random, { ...said, expiresAtMs }),
};

export const createCredential = adminRoute({
  id: 'createCredential',
  method: 'POST',
  path: '/principals/{principalId}/credentials',
  action: 'keystead:CreateCredential',
  summary: 'Issues a credential: an access key, a session that ends by itself, or an API key',
  status: 201,
  params: closed({ principalId: UUID }),
  body: closed({
    type: TYPE,
    lifetimeSeconds: Type.Optional(Type.Integer({ ...SESSION_SECONDS, description: 'for a session, and only there' })),
    expiresAt: Type.Optional(
      Type.String({ ...TIMESTAMP, description: 'when an access key or an API key ends, and only there' }),
    ),
    description: Type.Optional(DESCRIPTION),
    scopes: Type.Optional(
      Type.Array(POLICY_NAME_TEXT, {
        minItems: 1,
        maxItems: 10,
        uniqueItems: true,
        description:
          'names of policies: it may do what its user may and they allow; none: whatever its user may. It proves nobody any more once one of them is deleted',
      }),
    ),
  }),
  answer: ISSUED_CREDENTIAL,
  example: {
    params: { principalId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' },
    body: { type: 'session', lifetimeSeconds: 3600 },
  },
  prepare: async (context, { params, body }) => {
    const { tenant } = context.proof;
    const member = await context.services.directory.member(tenant, params.principalId);
    return {
      targets: [
        { action: 'keystead:CreateCredential', resource: member ? userArn(tenant.accountId, member.name) : '*' },
        ...operatorTargets(member?.policies ?? [], 'installation:CreateCredential'),
      ],
      details: {
        principal: params.principalId,
        type: body.type,
        scopes: body.scopes,
        description: body.description,
        expiresAt: body.expiresAt,
      },
      run: async (nowMs) => {
        if (member === undefined || member.state === 'deleted')
          throw new IdentityError('principal-not-found', `your tenant has no principal ${params.principalId}`);
        requireUnbounded(context, member.id);
        const { description = '' } = body;
        const scopes = await scopesNamed(context, body.scopes);
        const terms = { ...requireEnd(body, nowMs), said: { scopes, description, ...sharing(member) } };
        const issued = ISSUE[body.type](tenant, member.id, terms, nowMs, context);
        context.wipeLater(issued.secret, issued.sessionToken);
        // Whose credential it is decided who may issue it: an operator's is not a user's.
        const preconditions = [{ ref: principalRef(tenant.tenantId, member.id), revision: member.revision }];
        const { records, quotas } = context.services;
        const isBounded = body.type !== 'session';
        const write = isBounded ? await inFreePlace(records, issued.write, member.id, quotas) : issued.write;
        return {
          value: { ...issued, scopes: await scopeNames(context, issued.credential) },
          writes: [write],
          preconditions,
        };
      },
    };
  },
  show: showIssued,
});

export const createRootCredential = adminRoute({
  id: 'createRootCredential',
  method: 'POST',
  path: '/root/credentials',
  action: 'keystead:CreateRootCredential',
  summary: 'Issues an access key of the account itself, which no policy of the tenant bounds but those of keys',
  status: 201,
  answer: ISSUED_CREDENTIAL,
  example: {},
  prepare: (context) => {
    const { tenant } = context.proof;
    return {
      targets: [{ action: 'keystead:CreateRootCredential', resource: rootArn(tenant.accountId) }],
      run: async (nowMs) => {
        const { records, random, quotas } = context.services;
        requireUnbounded(context, tenant.tenantId);
        const issued = issueAccessKey(tenant, tenant.tenantId, undefined, nowMs, random, { holder: 'root' });
        context.wipeLater(issued.secret);
        return { value: issued, writes: [await inFreePlace(records, issued.write, tenant.tenantId, quotas)] };
      },
    };
  },
  show: showIssued,
});

export const deleteCredential = adminRoute({
  id: 'deleteCredential',
  method: 'POST',
  path: '/credentials/{credentialId}/delete',
  action: 'keystead:DeleteCredential',
  summary: 'Takes a credential back and forgets it: every request that starts after the answer is refused',
  status: 200,
  params: closed({ credentialId: CREDENTIAL_ID }),
  answer: CREDENTIAL,
  example: { params: { credentialId: 'KSIAABCDEFGHIJKLMNOP' } },
  prepare: async (context, { params }) => {
    const { credential, resource, policies } = await findCredential(context, params.credentialId);
    return {
      targets: [
        { action: 'keystead:DeleteCredential', resource },
        ...operatorTargets(policies, 'installation:SuspendCredential'),
      ],
      details: { credential: params.credentialId },
      run: async () => {
        if (credential === undefined) throw noCredential(params.credentialId);
        return {
          value: { ...credential, state: 'suspended' as const, scopes: await scopeNames(context, credential) },
          writes: [removeCredential(credential)],
          urgent: true,
        };
      },
    };
  },
  show: showCredential,
});

export const listCredentials = adminRoute({
  id: 'listCredentials',
  method: 'GET',
  path: '/credentials',
  action: 'keystead:ListCredentials',
  summary:
    'Lists the credentials of the own tenant, without their secrets: all, or those that fit the query. A page may have fewer than there are in it for want of a fit',
  status: 200,
  query: LISTED,
  answer: pageOf(CREDENTIAL),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListCredentials', resource: '*' }],
    run: async (nowMs) => {
      const {
        services: { records, directory },
        proof: { tenant },
      } = context;
      const rows = await records.list(tenant.tenantId, 'credential', '', pageFrom(query));
      const items: Static<typeof CREDENTIAL>[] = [];
      const fits = fitOf(query);
      for (const row of rows) {
        const credential = readCredential(tenant, row);
        if (!fits.credential(credential)) continue;
        const isActive = await directory.isInForce(tenant, credential, nowMs);
        const use = await records.lastUseOfCredential(tenant.tenantId, credential.id);
        const scopes = await scopeNames(context, credential);
        const shown = { ...showCredential({ ...credential, scopes }), ...(await showWithheld(context, credential)) };
        const state = shown.state === 'active' && !isActive ? ('inactive' as const) : shown.state;
        if (fits.state(state) && fits.use(credential, use)) items.push({ ...shown, state, ...showUse(use) });
      }
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: Static<typeof CREDENTIAL>[]; next?: string }) => page,
});

/** What a query asks of a credential: of its record, of its state now, of its last use. */
function fitOf({ principal, type, state, unusedSince, expiringBefore }: Static<typeof LISTED>) {
  const unusedSinceMs = unusedSince === undefined ? undefined : Date.parse(unusedSince);
  const endsBeforeMs = expiringBefore === undefined ? undefined : Date.parse(expiringBefore);
  return {
    credential: (one: Credential) =>
      (principal === undefined || one.principalId === principal) &&
      (type === undefined || one.type === type) &&
      (endsBeforeMs === undefined || (one.expiresAtMs !== undefined && one.expiresAtMs < endsBeforeMs)),
    state: (now: Static<typeof STATE>) => state === undefined || now === state,
    use: ({ createdAtMs }: Credential, use: CredentialUse | undefined) =>
      unusedSinceMs === undefined || Math.max(createdAtMs, use?.atMs ?? 0) < unusedSinceMs,
  };
}

/** What its user commands and it does not. */
async function showWithheld(
  { services: { directory }, proof: { tenant } }: AdminContext,
  credential: Credential,
): Promise<{ withheld?: Command[] }> {
  const member = credential.holder === undefined && (await directory.member(tenant, credential.principalId));
  const withheld = member ? commandsWithheld(member, credential) : [];
  return withheld.length > 0 ? { withheld: [...withheld] } : {};
}

function showUse(use: CredentialUse | undefined) {
  if (use === undefined) return {};
  return { lastUsedAt: timestamp(use.atMs), lastUsedFrom: use.address, lastUsedBy: use.protocol };
}

export const suspendCredential = adminRoute({
  id: 'suspendCredential',
  method: 'POST',
  path: '/credentials/{credentialId}/suspend',
  action: 'keystead:SuspendCredential',
  summary: 'Takes a credential back: every request that starts after the answer is refused',
  status: 200,
  params: closed({ credentialId: CREDENTIAL_ID }),
  answer: CREDENTIAL,
  example: { params: { credentialId: 'KSIAABCDEFGHIJKLMNOP' } },
  prepare: async (context, { params }) => {
    const { tenant } = context.proof;
    const { credential, resource, policies } = await findCredential(context, params.credentialId);
    return {
      targets: [
        { action: 'keystead:SuspendCredential', resource },
        ...operatorTargets(policies, 'installation:SuspendCredential'),
      ],
      details: { credential: params.credentialId },
      run: async () => {
        if (credential === undefined) throw noCredential(params.credentialId);
        const scopes = await scopeNames(context, credential);
        if (credential.state === 'suspended') return { value: { ...credential, scopes } };
        const value = { ...credential, state: 'suspended' as const, scopes };
        return { value, writes: [suspended(tenant, credential)], urgent: true };
      },
    };
  },
  show: showCredential,
});

function requireEnd(
  { type, lifetimeSeconds, expiresAt }: { type: CredentialType; lifetimeSeconds?: number; expiresAt?: string },
  nowMs: number,
): { readonly lifetimeSeconds: number; readonly expiresAtMs: number | undefined } {
  if (type !== 'session' && lifetimeSeconds !== undefined)
    throw new AdminRefusal('lifetime-unwanted', `only a session has a lifetime, and this is an ${type}`);
  if (type === 'session' && lifetimeSeconds === undefined)
    throw new AdminRefusal('lifetime-missing', 'a session ends by itself, and lifetimeSeconds does not say when');
  return { lifetimeSeconds: lifetimeSeconds ?? 0, expiresAtMs: requireExpiry(type, expiresAt, nowMs) };
}

/** When a credential ends that may go on for ever. @throws {AdminRefusal} `expiry-unfit` */
export function requireExpiry(type: CredentialType, expiresAt: string | undefined, nowMs: number): number | undefined {
  if (expiresAt === undefined) return undefined;
  const ms = Date.parse(expiresAt);
  if (type === 'session')
    throw new AdminRefusal('expiry-unfit', 'a session ends by its lifetime, and has no expiresAt');
  if (!(ms > nowMs)) throw new AdminRefusal('expiry-unfit', 'expiresAt is not in the future');
  return ms;
}

interface FoundCredential {
  readonly credential: Credential | undefined;
  /** Who holds it: policies say whose credentials somebody may take back. */
  readonly resource: string;
  /** Of the user whose it is. */
  readonly policies: readonly string[];
}

type FindHolder = (
  context: AdminContext,
  id: string,
) => Promise<{ readonly resource: string; readonly policies: readonly string[] }>;

const HOLDERS: Record<CredentialHolder, FindHolder> = {
  async user({ services: { directory }, proof: { tenant } }, id) {
    const member = await directory.member(tenant, id);
    return { resource: member ? userArn(tenant.accountId, member.name) : '*', policies: member?.policies ?? [] };
  },
  async role({ services: { directory }, proof: { tenant } }, id) {
    const role = await directory.role(tenant, id);
    return { resource: role ? roleArn(tenant.accountId, role.name) : '*', policies: [] };
  },
  root: async ({ proof: { tenant } }) => ({ resource: rootArn(tenant.accountId), policies: [] }),
  async service({ services: { directory }, proof: { tenant } }, id) {
    const service = await directory.service(tenant, id);
    // A service acts in every tenant: only an operator takes its credentials back.
    return { resource: service ? serviceArn(service.name) : '*', policies: ['operator'] };
  },
};

/** A credential of the own tenant. */
async function findCredential(context: AdminContext, credentialId: string): Promise<FoundCredential> {
  const { services, proof } = context;
  const record = await services.records.read(credentialRef(proof.tenant.tenantId, credentialId));
  if (record === undefined) return { credential: undefined, resource: '*', policies: [] };
  const credential = readCredential(proof.tenant, record);
  // People's sessions are listed and ended as what they are.
  if (credential.type === 'console-session') return { credential: undefined, resource: '*', policies: [] };
  return { credential, ...(await HOLDERS[credential.holder ?? 'user'](context, credential.principalId)) };
}

function noCredential(credentialId: string): AdminRefusal {
  return new AdminRefusal('credential-not-found', `your tenant has no credential ${credentialId}`);
}

/** A credential with the names of the policies that bound it. */
type Shown = Omit<Credential, 'scopes'> & { readonly scopes?: readonly string[] };

export function showIssued({
  credential,
  secret,
  sessionToken,
  scopes = [],
}: IssuedCredential & Pick<Shown, 'scopes'>) {
  return {
    credential: showCredential({ ...credential, scopes }),
    ...(credential.type === 'api-key'
      ? { apiKey: secret.toString('ascii') }
      : { accessKeyId: credential.id, secretAccessKey: secret.toString('ascii') }),
    ...(sessionToken && { sessionToken: sessionToken.toString('ascii') }),
  };
}

function showCredential(credential: Shown) {
  const holder: CredentialHolder = credential.holder ?? 'user';
  const { id, principalId, type, state, createdAtMs, expiresAtMs, session, description, scopes = [] } = credential;
  return {
    credentialId: id,
    holder,
    principalId,
    ...(session?.name !== undefined && { sessionName: session.name }),
    // Of programs alone: people's sessions are found in no list of credentials.
    type: type as CredentialType,
    state,
    createdAt: timestamp(createdAtMs),
    ...(expiresAtMs !== undefined && { expiresAt: timestamp(expiresAtMs) }),
    ...(description !== undefined && { description }),
    ...(scopes.length > 0 && { scopes: [...scopes] }),
  };
}

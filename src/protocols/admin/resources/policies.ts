import Type from 'typebox';
import { policyArn } from '../../../identity/arn.ts';
import {
  BUILT_IN_NAMES,
  BUILT_IN_TEXTS,
  isBuiltInPolicy,
  type BuiltInPolicy,
} from '../../../identity/built-in-policies.ts';
import type { Directory } from '../../../identity/directory.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { LIMITS } from '../../../identity/limits.ts';
import {
  checkedDocument,
  makeManagedPolicy,
  managedPolicyName,
  putManagedPolicy,
  readManagedPolicy,
  removeManagedPolicy,
  type ManagedPolicy,
} from '../../../identity/managed-policy.ts';
import { roomFor } from '../../../identity/quotas.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import { ACTION_NAMES } from '../../../identity/action-names.gen.ts';
import { unknownActions } from '../../../identity/unknown-actions.ts';
import { DOCUMENT } from '../holder-routes.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import {
  closed,
  DESCRIPTION,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  POLICY_NAME_TEXT,
  TIMESTAMP,
  timestamp,
  UNKNOWN_ACTIONS,
  UNKNOWN_ACTIONS_TEXT,
} from '../schema.ts';

const POLICY = named('Policy', {
  name: POLICY_NAME_TEXT,
  arn: Type.String(),
  isBuiltIn: Type.Boolean(),
  description: Type.String(),
  document: Type.String({ description: 'the JSON text of the policy' }),
  version: Type.Optional(Type.Integer({ description: 'one more with each change; none for built-in policies' })),
  attachments: Type.Optional(Type.Integer({ description: 'how many users and roles have it' })),
  unknownActions: Type.Optional({ ...UNKNOWN_ACTIONS, description: `${UNKNOWN_ACTIONS_TEXT}; not in lists` }),
  createdAt: Type.Optional(TIMESTAMP),
  updatedAt: Type.Optional(TIMESTAMP),
});

type Shown = ReturnType<typeof showOwn> | ReturnType<typeof showBuiltIn>;

const PARAMS = closed({ policy: POLICY_NAME_TEXT });
const EXAMPLE = { policy: 'encrypt-only' };
const EXAMPLE_DOCUMENT =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}}';

export const createPolicy = adminRoute({
  id: 'createPolicy',
  method: 'POST',
  path: '/policies',
  action: 'keystead:CreatePolicy',
  summary: 'Makes a policy of the own tenant, to be attached to users and roles',
  status: 201,
  body: closed({ name: POLICY_NAME_TEXT, document: DOCUMENT, description: Type.Optional(DESCRIPTION) }),
  answer: POLICY,
  example: { body: { name: 'encrypt-only', document: EXAMPLE_DOCUMENT } },
  prepare: ({ services: { records, random, quotas }, proof: { tenant } }, { body }) => ({
    targets: [{ action: 'keystead:CreatePolicy', resource: policyArn(tenant.accountId, body.name) }],
    details: { name: body.name, document: body.document },
    run: async (nowMs) => {
      if ((await records.resolve(managedPolicyName(tenant.tenantId, body.name))) !== undefined)
        throw new IdentityError('access-policy-exists', `your tenant has a policy named ${body.name} already`);
      const { name, document, description = '' } = body;
      const { policy, write } = makeManagedPolicy(tenant, { name, document, description }, nowMs, random);
      const rooms = [roomFor(tenant.tenantId, 'policiesPerTenant', quotas)];
      return { value: showWhole(tenant, policy), writes: [write], rooms };
    },
  }),
  show: (shown: Shown) => shown,
});

export const listPolicies = adminRoute({
  id: 'listPolicies',
  method: 'GET',
  path: '/policies',
  action: 'keystead:ListPolicies',
  summary: 'Lists the policies of the own tenant: the built-in ones, then those that it has made',
  status: 200,
  query: PAGE,
  answer: pageOf(POLICY),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records, directory }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListPolicies', resource: '*' }],
    run: async () => {
      const { limit, after } = pageFrom(query);
      const builtIn = (await builtInOf(directory, tenant, after)).slice(0, limit);
      const items: Shown[] = builtIn.map(showBuiltIn);
      const last = builtIn.at(-1);
      if (last !== undefined && builtIn.length === limit) return { value: { items, next: last } };
      const rest = {
        limit: limit - builtIn.length,
        ...(after !== undefined && !isBuiltInPolicy(after) && { after }),
      };
      const rows = await records.list(tenant.tenantId, 'access-policy', '', rest);
      const own = rows.map((row) => showOwn(tenant, readManagedPolicy(tenant, row)));
      return { value: paged(rows, rest, [...items, ...own]) };
    },
  }),
  show: (page: { items: Shown[]; next?: string }) => page,
});

/**
 * The built-in policies that stand behind `after`, which is the name of one, or the id of one of the tenant's own. One
 * whose name the tenant gave to another, before it was a built-in one's, is none of the tenant's.
 */
async function builtInOf(directory: Directory, tenant: Tenant, after: string | undefined): Promise<BuiltInPolicy[]> {
  if (after !== undefined && !isBuiltInPolicy(after)) return [];
  const from = after === undefined ? 0 : BUILT_IN_NAMES.indexOf(after) + 1;
  const found: BuiltInPolicy[] = [];
  for (const name of BUILT_IN_NAMES.slice(from))
    if ((await directory.policyNamed(tenant, name)) === undefined) found.push(name);
  return found;
}

export const listActions = adminRoute({
  id: 'listActions',
  method: 'GET',
  path: '/actions',
  action: 'keystead:ListPolicies',
  summary: 'Lists every action that requests of any protocol ask for: what a policy can allow or deny',
  status: 200,
  answer: closed({ actions: Type.Array(Type.String(), { description: 'sorted' }) }),
  example: {},
  prepare: () => ({
    targets: [{ action: 'keystead:ListPolicies', resource: '*' }],
    run: () => ({ value: { actions: [...ACTION_NAMES] } }),
  }),
  show: (shown) => shown,
});

export const getPolicy = adminRoute({
  id: 'getPolicy',
  method: 'GET',
  path: '/policies/{policy}',
  action: 'keystead:GetPolicy',
  summary: 'Shows a policy: a built-in one, or one of the own tenant',
  status: 200,
  params: PARAMS,
  answer: POLICY,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await find(context, params.policy);
    return {
      targets: [{ action: 'keystead:GetPolicy', resource: found.resource }],
      run: () => ({
        value: found.builtIn ? showBuiltIn(found.builtIn) : showWhole(context.proof.tenant, found.requireOwn()),
      }),
    };
  },
  show: (shown: Shown) => shown,
});

export const updatePolicy = adminRoute({
  id: 'updatePolicy',
  method: 'POST',
  path: '/policies/{policy}/update',
  action: 'keystead:UpdatePolicy',
  summary:
    'Changes the document or the description of a policy: it counts from the next request of everybody who has it',
  status: 200,
  params: PARAMS,
  body: closed({ document: Type.Optional(DOCUMENT), description: Type.Optional(DESCRIPTION) }),
  answer: POLICY,
  example: { params: EXAMPLE, body: { document: EXAMPLE_DOCUMENT } },
  prepare: async (context, { params, body }) => {
    const found = await find(context, params.policy);
    return {
      targets: [{ action: 'keystead:UpdatePolicy', resource: found.resource }],
      details: { policy: params.policy, document: body.document },
      run: (nowMs) => {
        const { tenant } = context.proof;
        const before = found.requireOwn();
        const { document = before.document, description = before.description } = body;
        checkedDocument(document, LIMITS.managedPolicy);
        const { policy, write } = putManagedPolicy(tenant, before, { document, description, updatedAtMs: nowMs });
        return { value: showWhole(tenant, policy), writes: [write] };
      },
    };
  },
  show: (shown: Shown) => shown,
});

export const deletePolicy = adminRoute({
  id: 'deletePolicy',
  method: 'POST',
  path: '/policies/{policy}/delete',
  action: 'keystead:DeletePolicy',
  summary: 'Deletes a policy that nobody has',
  status: 200,
  params: PARAMS,
  answer: POLICY,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await find(context, params.policy);
    return {
      targets: [{ action: 'keystead:DeletePolicy', resource: found.resource }],
      details: { policy: params.policy },
      run: () => {
        const policy = found.requireOwn();
        return { value: showOwn(context.proof.tenant, policy), writes: [removeManagedPolicy(policy)] };
      },
    };
  },
  show: (shown: Shown) => shown,
});

/** A policy that a path names, or may name. */
interface FoundPolicy {
  /** It is this built-in one. */
  readonly builtIn: BuiltInPolicy | undefined;
  /** In its own spelling, whatever that of the request: policies compare to the letter. */
  readonly resource: string;
  /** To be asked behind the decision. @throws {IdentityError} `access-policy-built-in`, `access-policy-not-found` */
  requireOwn(): ManagedPolicy;
}

async function find({ services, proof }: AdminContext, name: string): Promise<FoundPolicy> {
  const policy = await services.directory.policyNamed(proof.tenant, name);
  const builtIn = policy === undefined && isBuiltInPolicy(name) ? name : undefined;
  return {
    builtIn,
    resource: policyArn(builtIn === undefined ? proof.tenant.accountId : 'aws', policy?.name ?? name),
    requireOwn() {
      if (policy !== undefined) return policy;
      throw builtIn !== undefined
        ? new IdentityError('access-policy-built-in', `the built-in policy ${name} is the same in every tenant`)
        : new IdentityError('access-policy-not-found', `your tenant has no policy named ${name}`);
    },
  };
}

function showOwn({ accountId }: Tenant, policy: ManagedPolicy) {
  const { name, description, document, attachments, revision, createdAtMs, updatedAtMs } = policy;
  return {
    name,
    arn: policyArn(accountId, name),
    isBuiltIn: false,
    description,
    document,
    version: revision,
    attachments,
    createdAt: timestamp(createdAtMs),
    updatedAt: timestamp(updatedAtMs),
  };
}

/** With what nobody would find in it by reading. */
function showWhole(tenant: Tenant, policy: ManagedPolicy) {
  const unknown = unknownActions(policy.document, 'identity');
  return { ...showOwn(tenant, policy), ...(unknown.length > 0 && { unknownActions: [...unknown] }) };
}

function showBuiltIn(name: BuiltInPolicy) {
  return { name, arn: policyArn('aws', name), isBuiltIn: true, ...BUILT_IN_TEXTS[name] };
}

import Type from 'typebox';
import { policyArn } from '../../../identity/arn.ts';
import { BUILT_IN_DOCUMENTS, isBuiltInPolicy } from '../../../identity/built-in-policies.ts';
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
} from '../schema.ts';

const POLICY = named('Policy', {
  name: POLICY_NAME_TEXT,
  arn: Type.String(),
  isBuiltIn: Type.Boolean(),
  description: Type.String(),
  document: Type.String({ description: 'the JSON text of the policy' }),
  version: Type.Optional(Type.Integer({ description: 'one more with each change; none for built-in policies' })),
  attachments: Type.Optional(Type.Integer({ description: 'how many users and roles have it' })),
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
      return { value: showOwn(tenant, policy), writes: [write], rooms };
    },
  }),
  show: (shown: Shown) => shown,
});

export const listPolicies = adminRoute({
  id: 'listPolicies',
  method: 'GET',
  path: '/policies',
  action: 'keystead:ListPolicies',
  summary: 'Lists the policies that the own tenant has made. The built-in ones are administrator, user and operator',
  status: 200,
  query: PAGE,
  answer: pageOf(POLICY),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListPolicies', resource: '*' }],
    run: async () => {
      const rows = await records.list(tenant.tenantId, 'access-policy', '', pageFrom(query));
      const items = rows.map((row) => showOwn(tenant, readManagedPolicy(tenant, row)));
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: ReturnType<typeof showOwn>[]; next?: string }) => page,
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
        value: isBuiltInPolicy(params.policy)
          ? showBuiltIn(params.policy)
          : showOwn(context.proof.tenant, found.requireOwn()),
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
        return { value: showOwn(tenant, policy), writes: [write] };
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
  /** In its own spelling, whatever that of the request: policies compare to the letter. */
  readonly resource: string;
  /** To be asked behind the decision. @throws {IdentityError} `access-policy-built-in`, `access-policy-not-found` */
  requireOwn(): ManagedPolicy;
}

async function find({ services, proof }: AdminContext, name: string): Promise<FoundPolicy> {
  const isBuiltIn = isBuiltInPolicy(name);
  const policy = isBuiltIn ? undefined : await services.directory.policyNamed(proof.tenant, name);
  return {
    resource: policyArn(isBuiltIn ? 'aws' : proof.tenant.accountId, policy?.name ?? name),
    requireOwn() {
      if (policy !== undefined) return policy;
      throw isBuiltIn
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

function showBuiltIn(name: keyof typeof BUILT_IN_DOCUMENTS) {
  const document: string = BUILT_IN_DOCUMENTS[name];
  return { name, arn: policyArn('aws', name), isBuiltIn: true, description: 'the same in every tenant', document };
}

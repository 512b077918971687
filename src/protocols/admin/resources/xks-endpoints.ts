import Type from 'typebox';
import { xksEndpointArn } from '../../../identity/arn.ts';
import type { GrantOperation } from '../../../keys/grant-operations.ts';
import { isWithin } from '../../../keys/grant-reach.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { isThere } from '../../../keys/state.ts';
import {
  exposeKey,
  hideKey,
  makeXksEndpoint,
  MAX_EXPOSED_KEYS,
  PATH_PREFIX,
  rotateXksCredential,
  XKS_KEY_ID,
  XKS_PATH,
  type ExposedKey,
  type XksEndpoint,
  type XksOperation,
} from '../../../keys/xks-endpoint.ts';
import {
  putXksEndpoint,
  readXksEndpoint,
  removeXksEndpoint,
  xksEndpointName,
  xksEndpointRef,
  xksPathName,
} from '../../../keys/xks-endpoint-record.ts';
import { canBeExposed } from '../../../keys/xks-use.ts';
import type { Target } from '../../../pipeline/act.ts';
import { keyArn } from '../arn.ts';
import { requireRegion } from '../find.ts';
import { AdminRefusal } from '../refusal.ts';
import { grantContext } from '../request-context.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, KEY_ID, PAGE, pageFrom, paged, pageOf, REGION_NAME, UUID } from '../schema.ts';
import {
  showIssuedXks,
  showXksEndpoint,
  XKS_CREDENTIALS,
  XKS_ENDPOINT,
  XKS_KEY,
  XKS_LIMITS,
  XKS_NAME,
} from '../xks-answer.ts';

const PARAMS = closed({ endpointId: UUID });
const EXAMPLE = { endpointId: '6a2f1d34-0c58-4b7e-9a11-7f0d5c3e2b90' };

export const createXksEndpoint = adminRoute({
  id: 'createXksEndpoint',
  method: 'POST',
  path: '/xks-endpoints',
  action: 'keystead:CreateXksEndpoint',
  summary: 'Makes a place where an AWS KMS finds an external key store, with a credential that is shown once',
  status: 201,
  body: closed({
    name: XKS_NAME,
    region: REGION_NAME,
    pathPrefix: Type.Optional(
      Type.String({ pattern: PATH_PREFIX.source, description: `what comes before ${XKS_PATH}; by default its own id` }),
    ),
  }),
  answer: XKS_CREDENTIALS,
  example: { body: { name: 'production', region: 'us-east-1' } },
  prepare: (context, { body }) => ({
    targets: [{ action: 'keystead:CreateXksEndpoint', resource: '*' }],
    details: { name: body.name, region: body.region, pathPrefix: body.pathPrefix },
    run: async (nowMs) => {
      const { services, proof } = context;
      const { tenantKey, tenantId } = proof.tenant;
      await requireRegion(context, body.region);
      const { name, region, pathPrefix } = body;
      if ((await services.records.resolve(xksEndpointName(tenantId, name))) !== undefined)
        throw new AdminRefusal('xks-endpoint-exists', `your tenant has an endpoint ${name} already`);
      if (pathPrefix !== undefined && (await services.records.resolve(xksPathName(pathPrefix))) !== undefined)
        throw new AdminRefusal('xks-path-taken', `another endpoint answers at ${pathPrefix}${XKS_PATH}`);
      const made = makeXksEndpoint(tenantKey, { name, region, pathPrefix }, nowMs, services.random);
      context.wipeLater(made.secret);
      return { value: made, writes: [putXksEndpoint(tenantKey, undefined, made.endpoint)] };
    },
  }),
  show: showIssuedXks,
});

export const listXksEndpoints = adminRoute({
  id: 'listXksEndpoints',
  method: 'GET',
  path: '/xks-endpoints',
  action: 'keystead:ListXksEndpoints',
  summary: 'Lists the endpoints for external key stores of the own tenant',
  status: 200,
  query: PAGE,
  answer: pageOf(XKS_ENDPOINT),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListXksEndpoints', resource: '*' }],
    run: async () => {
      const rows = await records.list(tenant.tenantId, 'xks-endpoint', '', pageFrom(query));
      return {
        value: paged(
          rows,
          query,
          rows.map((row) => readXksEndpoint(tenant.tenantKey, row)),
        ),
      };
    },
  }),
  show: (page: { items: XksEndpoint[]; next?: string }, context) => ({
    ...page,
    items: page.items.map((endpoint) => showXksEndpoint(endpoint, context)),
  }),
});

export const getXksEndpoint = adminRoute({
  id: 'getXksEndpoint',
  method: 'GET',
  path: '/xks-endpoints/{endpointId}',
  action: 'keystead:GetXksEndpoint',
  summary: 'Shows an endpoint for an external key store, with the keys that it exposes',
  status: 200,
  params: PARAMS,
  answer: XKS_ENDPOINT,
  example: { params: EXAMPLE },
  prepare: (context, { params }) => ({
    targets: [{ action: 'keystead:GetXksEndpoint', resource: '*' }],
    run: async () => ({ value: await requireEndpoint(context, params.endpointId) }),
  }),
  show: showXksEndpoint,
});

export const rotateXksEndpointCredential = adminRoute({
  id: 'rotateXksEndpointCredential',
  method: 'POST',
  path: '/xks-endpoints/{endpointId}/rotate-credential',
  action: 'keystead:RotateXksCredential',
  summary: 'Gives an endpoint a new credential, shown once; the one before works until the next rotation',
  status: 200,
  params: PARAMS,
  answer: XKS_CREDENTIALS,
  example: { params: EXAMPLE },
  prepare: (context, { params }) => ({
    targets: [{ action: 'keystead:RotateXksCredential', resource: '*' }],
    details: { endpoint: params.endpointId },
    run: async (nowMs) => {
      const { services, proof } = context;
      const before = await requireEndpoint(context, params.endpointId);
      const made = rotateXksCredential(proof.tenant.tenantKey, before, nowMs, services.random);
      context.wipeLater(made.secret);
      return { value: made, writes: [putXksEndpoint(proof.tenant.tenantKey, before, made.endpoint)] };
    },
  }),
  show: showIssuedXks,
});

/** What a grant calls each operation. */
const LENT = { ENCRYPT: 'Encrypt', DECRYPT: 'Decrypt' } as const satisfies Record<XksOperation, GrantOperation>;

export const exposeXksKey = adminRoute({
  id: 'exposeXksKey',
  method: 'POST',
  path: '/xks-endpoints/{endpointId}/expose',
  action: 'keystead:ExposeXksKey',
  summary: 'Exposes a key at an endpoint, within limits. Who does it must be allowed to grant the use of the key',
  status: 200,
  params: PARAMS,
  body: closed({
    keyId: KEY_ID,
    xksKeyId: Type.Optional(
      Type.String({ pattern: XKS_KEY_ID.source, description: 'how the key store names it; by default the key id' }),
    ),
    ...XKS_LIMITS,
  }),
  answer: XKS_ENDPOINT,
  example: { params: EXAMPLE, body: { keyId: '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01', xksKeyId: 'payroll' } },
  prepare: async (context, { params, body }) => {
    const { services, proof } = context;
    const { tenantKey, accountId, tenantId } = proof.tenant;
    const endpoint = await findEndpoint(context, params.endpointId);
    const space = endpoint && (await services.directory.instance(tenantId, endpoint.region));
    const open = space && (await services.keys.find(space, body.keyId));
    const { xksKeyId = body.keyId, operations = ['ENCRYPT', 'DECRYPT'], ...limits } = body;
    const exposed: ExposedKey = { ...limits, xksKeyId, operations };
    return {
      targets: [
        { action: 'keystead:ExposeXksKey', resource: '*' },
        ...(endpoint && open ? [lendingTarget(endpoint, exposed, open, accountId)] : []),
      ],
      details: { endpoint: params.endpointId, exposed: { ...exposed, operations: [...operations] } as never },
      run: (nowMs) => {
        if (endpoint === undefined) throw noEndpoint(params.endpointId);
        if (open === undefined || !isThere(open.key, nowMs) || !canBeExposed(open.key)) {
          throw new AdminRefusal(
            'key-not-exposable',
            `the region ${endpoint.region} has no symmetric key ${body.keyId} whose material is here`,
          );
        }
        const after = exposeKey(endpoint, exposed);
        if (after.keys.length > MAX_EXPOSED_KEYS)
          throw new AdminRefusal('xks-key-limit', `an endpoint exposes at most ${MAX_EXPOSED_KEYS} keys`);
        const before = endpoint.keys.find((key) => key.xksKeyId === xksKeyId);
        if (before !== undefined && before.keyId !== body.keyId)
          throw new AdminRefusal('xks-key-exists', `the endpoint exposes another key as ${xksKeyId} already`);
        return { value: after, writes: [putXksEndpoint(tenantKey, endpoint, after)] };
      },
    };
  },
  show: showXksEndpoint,
});

export const hideXksKey = adminRoute({
  id: 'hideXksKey',
  method: 'POST',
  path: '/xks-endpoints/{endpointId}/hide',
  action: 'keystead:HideXksKey',
  summary: 'Hides a key again: every request for it that starts after the answer is refused',
  status: 200,
  params: PARAMS,
  body: closed({ xksKeyId: XKS_KEY }),
  answer: XKS_ENDPOINT,
  example: { params: EXAMPLE, body: { xksKeyId: 'payroll' } },
  prepare: (context, { params, body }) => ({
    targets: [{ action: 'keystead:HideXksKey', resource: '*' }],
    details: { endpoint: params.endpointId, xksKeyId: body.xksKeyId },
    run: async () => {
      const before = await requireEndpoint(context, params.endpointId);
      const after = hideKey(before, body.xksKeyId);
      if (after.keys.length === before.keys.length)
        throw new AdminRefusal('xks-key-not-found', `the endpoint exposes no key as ${body.xksKeyId}`);
      const { tenantKey } = context.proof.tenant;
      return { value: after, writes: [putXksEndpoint(tenantKey, before, after)], urgent: true };
    },
  }),
  show: showXksEndpoint,
});

export const deleteXksEndpoint = adminRoute({
  id: 'deleteXksEndpoint',
  method: 'POST',
  path: '/xks-endpoints/{endpointId}/delete',
  action: 'keystead:DeleteXksEndpoint',
  summary: 'Takes an endpoint away with its credentials: every request that starts after the answer is refused',
  status: 200,
  params: PARAMS,
  answer: XKS_ENDPOINT,
  example: { params: EXAMPLE },
  prepare: (context, { params }) => ({
    targets: [{ action: 'keystead:DeleteXksEndpoint', resource: '*' }],
    details: { endpoint: params.endpointId },
    run: async () => {
      const endpoint = await requireEndpoint(context, params.endpointId);
      return { value: endpoint, writes: [removeXksEndpoint(endpoint)], urgent: true };
    },
  }),
  show: showXksEndpoint,
});

/** An endpoint lends the use of the key to others, as a grant does: whoever may not make that grant may not expose the key. */
function lendingTarget({ name }: XksEndpoint, { operations }: ExposedKey, open: OpenKey, accountId: string): Target {
  const grantee = { type: 'principal', name: xksEndpointArn(accountId, name) } as const;
  const lent = {
    grantee,
    operations: ['DescribeKey' as const, ...operations.map((one) => LENT[one])],
    constraints: {},
  };
  return {
    action: 'kms:CreateGrant',
    resource: keyArn(open.key.region, accountId, open.key.id),
    key: open,
    accountId,
    context: grantContext(lent),
    mayRestOn: (grant) => isWithin(lent, grant),
  };
}

async function findEndpoint({ services, proof }: AdminContext, id: string): Promise<XksEndpoint | undefined> {
  const { tenant } = proof;
  const record = await services.records.read(xksEndpointRef(tenant.tenantId, id));
  return record && readXksEndpoint(tenant.tenantKey, record);
}

async function requireEndpoint(context: AdminContext, id: string): Promise<XksEndpoint> {
  const endpoint = await findEndpoint(context, id);
  if (endpoint === undefined) throw noEndpoint(id);
  return endpoint;
}

function noEndpoint(id: string): AdminRefusal {
  return new AdminRefusal('xks-endpoint-not-found', `your tenant has no endpoint ${id}`);
}

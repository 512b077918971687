import Type, { type Static } from 'typebox';
import { IdentityError } from '../../../identity/errors.ts';
import { createGrant as create, requireConstraints, requireGrant, type NewGrant } from '../../../keys/create-grant.ts';
import { KeyError } from '../../../keys/errors.ts';
import { isWithin } from '../../../keys/grant-reach.ts';
import { granteeSpace, grantScope, readGrant, removeGrant } from '../../../keys/grant-record.ts';
import { partyName, type Grant, type GrantParty } from '../../../keys/grant.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { retireRules } from '../../../pipeline/retire-rules.ts';
import { keyArn } from '../arn.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { requireRegion } from '../find.ts';
import {
  GRANT,
  GRANT_CONSTRAINTS,
  GRANT_ID,
  GRANT_OPERATIONS,
  readConstraints,
  readParty,
  showGrant,
} from '../grant-answer.ts';
import { BY_NO_SERVICE, grantContext } from '../request-context.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, PAGE, pageFrom, pageOf, REGION_NAME } from '../schema.ts';

const PARTY = Type.String({
  pattern: '^(?:arn:aws:[\\w+=,.@:/-]+|[0-9]{12}|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+){2,})$',
  maxLength: 256,
  description: 'the ARN of a principal, the id of an account, or the name of a service',
});
const EXAMPLE_ID = '0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60';
const EXAMPLE_GRANT = {
  grantee: 'arn:aws:iam::111122223333:user/nightly-backup',
  operations: ['Encrypt' as const, 'Decrypt' as const],
  constraints: { encryptionContextSubset: [{ name: 'purpose', value: 'backup' }] },
};

interface Shown {
  readonly grant: Grant;
  readonly accountId: string;
}

const CREATE = 'kms:CreateGrant';
const BODY = closed({
  grantee: PARTY,
  retiring: Type.Optional(PARTY),
  operations: GRANT_OPERATIONS,
  constraints: Type.Optional(GRANT_CONSTRAINTS),
  name: Type.Optional(
    Type.String({
      pattern: '^[a-zA-Z0-9:/_-]{1,256}$',
      description: 'a request with the same name and members finds the grant that it made before',
    }),
  ),
});

export const createGrant = adminRoute({
  id: 'createGrant',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/grants',
  action: CREATE,
  summary: 'Gives somebody rights on a key, until the grant is retired or revoked',
  status: 201,
  params: KEY_PARAMS,
  body: BODY,
  answer: GRANT,
  example: { params: KEY_EXAMPLE, body: EXAMPLE_GRANT },
  prepare: async (context, { params, body }) => {
    const found = await findKey(context, CREATE, params);
    const wanted = newGrant(context, body);
    requireConstraints(wanted.constraints);
    return {
      targets: [{ ...found.target, context: grantContext(wanted), mayRestOn: (grant) => isWithin(wanted, grant) }],
      details: { ...wanted, grantee: body.grantee, retiring: body.retiring, constraints: body.constraints },
      run: async (nowMs) => {
        const open = found.require(nowMs);
        requireGrant(open.key, wanted, nowMs);
        for (const party of [wanted.grantee, wanted.retiring]) await requireKnown(context, party);
        const { grants, random } = context.services;
        const { value: grant, ...change } = await create(grants, open, wanted, nowMs, random);
        const { tenantId, id, region, revision } = open.key;
        return {
          value: { grant, accountId: found.accountId },
          ...change,
          preconditions: [{ ref: { tenantId, kind: 'key', id: keyRecordId(id, region) }, revision }],
        };
      },
    };
  },
  show: ({ grant, accountId }: Shown) => showGrant(grant, accountId),
});

const LIST = 'kms:ListGrants';

export const listGrants = adminRoute({
  id: 'listGrants',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/grants',
  action: LIST,
  summary: 'Lists the grants of a key, all or those of one grantee',
  status: 200,
  params: KEY_PARAMS,
  query: closed({ ...PAGE.properties, grantee: Type.Optional(PARTY) }),
  answer: pageOf(GRANT),
  example: { params: KEY_EXAMPLE, query: { limit: 10 } },
  prepare: async (context, { params, query }) => {
    const found = await findKey(context, LIST, params);
    return {
      targets: [{ ...found.target, context: BY_NO_SERVICE }],
      run: async (nowMs) => {
        const { key, space } = found.require(nowMs);
        const { records, grants } = context.services;
        const page = pageFrom(query);
        const items: Static<typeof GRANT>[] = [];
        let last: string | undefined;
        if (query.grantee === undefined) {
          const rows = await records.list(key.tenantId, 'grant', grantScope(key), page);
          for (const row of rows) items.push(showGrant(readGrant(space.tenantKey, row), found.accountId));
          last = rows.length === page.limit ? rows.at(-1)?.id : undefined;
        } else {
          const party = partyName(readParty(query.grantee));
          const names = await records.listNames(granteeSpace(key, party), page);
          for (const ref of names) {
            const grant = await grants.named(space, ref);
            if (grant?.keyId === key.id && partyName(grant.grantee) === party) {
              items.push(showGrant(grant, found.accountId));
            }
          }
          last = names.length === page.limit ? names.at(-1)?.name : undefined;
        }
        return { value: { items, ...(last !== undefined && { next: last }) } };
      },
    };
  },
  show: (page: { items: Static<typeof GRANT>[]; next?: string }) => page,
});

const REVOKE = 'kms:RevokeGrant';

export const revokeGrant = adminRoute({
  id: 'revokeGrant',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/grants/{grantId}/revoke',
  action: REVOKE,
  summary: 'Takes a grant away, by the word of whoever administers the key',
  status: 200,
  params: closed({ ...KEY_PARAMS.properties, grantId: GRANT_ID }),
  answer: GRANT,
  example: { params: { ...KEY_EXAMPLE, grantId: EXAMPLE_ID } },
  prepare: async (context, { params }) => {
    const found = await findKey(context, REVOKE, params);
    return {
      targets: [{ ...found.target, context: BY_NO_SERVICE }],
      details: { grantId: params.grantId },
      run: async (nowMs) => {
        const { key, space } = found.require(nowMs);
        const grant = await context.services.grants.find(space, params.grantId);
        if (grant?.keyId !== key.id || grant.region !== key.region) throw notFound(params.grantId, key.id);
        return { value: { grant, accountId: found.accountId }, writes: [removeGrant(grant)], urgent: true };
      },
    };
  },
  show: ({ grant, accountId }: Shown) => showGrant(grant, accountId),
});

const RETIRE = 'kms:RetireGrant';

export const retireGrant = adminRoute({
  id: 'retireGrant',
  method: 'POST',
  path: '/regions/{region}/grants/{grantId}/retire',
  action: RETIRE,
  summary: 'Takes a grant away, by the word of whom the grant itself names, or of the account',
  status: 200,
  params: closed({ region: REGION_NAME, grantId: GRANT_ID }),
  answer: GRANT,
  example: { params: { region: 'us-east-1', grantId: EXAMPLE_ID } },
  prepare: async (context, { params: { region, grantId } }) => {
    const { tenantId, accountId } = context.proof.tenant;
    const { principal } = context.proof;
    const space = await context.services.directory.instance(tenantId, region);
    const found = space && (await context.services.grants.find(space, grantId));
    const grant = found?.region === region ? found : undefined;
    const open = space && grant && (await context.services.keys.find(space, grant.keyId));
    return {
      targets: [
        grant === undefined
          ? { action: RETIRE, resource: '*' }
          : {
              action: RETIRE,
              resource: keyArn(region, accountId, grant.keyId),
              ...(open && { key: open, accountId }),
              guarded: { tenantId, accountId, policy: retireRules(grant, principal, accountId) },
            },
      ],
      details: { grantId },
      run: async () => {
        await requireRegion(context, region);
        if (grant === undefined) throw notFound(grantId);
        return { value: { grant, accountId }, writes: [removeGrant(grant)], urgent: true };
      },
    };
  },
  show: ({ grant, accountId }: Shown) => showGrant(grant, accountId),
});

function newGrant({ proof }: AdminContext, body: Static<typeof BODY>): NewGrant {
  return {
    grantee: readParty(body.grantee),
    ...(body.retiring !== undefined && { retiring: readParty(body.retiring) }),
    operations: body.operations,
    constraints: readConstraints(body.constraints),
    issuingAccountId: proof.tenant.accountId,
    ...(body.name !== undefined && { name: body.name }),
  };
}

/** @throws {IdentityError} `principal-not-found` */
async function requireKnown({ services }: AdminContext, party: GrantParty | undefined): Promise<void> {
  if (party === undefined || party.type === 'service') return;
  if (await services.directory.isKnownPrincipal(party.name)) return;
  throw new IdentityError('principal-not-found', `there is no principal ${party.name}`);
}

function notFound(grantId: string, keyId?: string): KeyError {
  return new KeyError('grant-not-found', { grantId, ...(keyId !== undefined && { keyId }) });
}

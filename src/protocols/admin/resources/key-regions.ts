import Type from 'typebox';
import { whileItLasts } from '../../../identity/tenant.ts';
import { defaultAccessPolicy } from '../../../keys/access-policy.ts';
import { KeyError } from '../../../keys/errors.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import { DEFAULT_RING } from '../../../keys/key.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { roomForKey } from '../../../keys/quotas.ts';
import { movePrimary, replicate } from '../../../keys/replicate.ts';
import { requireState } from '../../../keys/state.ts';
import { relatedKeys } from '../../../pipeline/related-keys.ts';
import { keyArn } from '../arn.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { KEY, showKey } from '../key-answer.ts';
import { requestContext, requestTags } from '../request-context.ts';
import { adminRoute } from '../route.ts';
import { closed, DESCRIPTION, REGION_NAME, TAG } from '../schema.ts';

interface Shown {
  readonly open: OpenKey;
  readonly accountId: string;
  readonly nowMs: number;
}

function show({ open, accountId, nowMs }: Shown) {
  return showKey(open, accountId, nowMs);
}

export const replicateKey = adminRoute({
  id: 'replicateKey',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/replicate',
  action: 'kms:ReplicateKey',
  summary: 'Makes a related key in another region, with the same id and material: each opens what the other encrypted',
  status: 201,
  params: KEY_PARAMS,
  body: closed({
    region: { ...REGION_NAME, description: 'the region that is to have it' },
    description: Type.Optional(DESCRIPTION),
    tags: Type.Optional(Type.Array(TAG, { maxItems: 200 })),
  }),
  answer: KEY,
  example: { params: KEY_EXAMPLE, body: { region: 'eu-west-1' } },
  prepare: async (context, { params, body }) => {
    const { services, proof } = context;
    const { tenantId, accountId } = proof.tenant;
    const { region, description = '', tags = [] } = body;
    const found = await findKey(context, 'kms:ReplicateKey', params);
    const asked = requestContext({
      'kms:replicaregion': [region],
      'kms:multiregion': ['true'],
      'kms:multiregionkeytype': ['REPLICA'],
      'kms:bypasspolicylockoutsafetycheck': ['false'],
      'kms:keyring': [DEFAULT_RING],
      ...requestTags(tags),
    });
    const inAll = (action: string) => ({ action, resource: '*', context: asked });
    return {
      // API_ReplicateKey, "Required permissions": the replica is a new key of its region.
      targets: [
        { ...found.target, context: asked },
        inAll('kms:CreateKey'),
        ...(tags.length > 0 ? [inAll('kms:TagResource')] : []),
      ],
      details: { replicaRegion: region },
      run: async (nowMs) => {
        const open = found.require(nowMs);
        requireState(open.key, 'replicate', nowMs);
        const space = await services.directory.instance(tenantId, region);
        if (space === undefined) throw new KeyError('region-not-found', { keyId: open.key.id, region });
        const instancePolicies = await services.keys.instancePolicies.find(space);
        const existing = await services.keys.find(space, open.key.id);
        const related = await relatedKeys(services.directory, services.keys, open.key);
        const wanted = { description, tags, accessPolicy: defaultAccessPolicy(accountId), instancePolicies };
        const { value, writes } = replicate(
          open,
          related,
          space,
          existing?.key,
          wanted,
          nowMs,
          services.random,
          services.quotas,
        );
        const limit = services.quotas.keysPerRegion;
        return {
          value: { open: new OpenKey(value, space), accountId, nowMs },
          writes,
          preconditions: [whileItLasts(space), policiesStand(space, instancePolicies)],
          keyId: keyRecordId(value.id, region),
          rooms: [{ room: roomForKey(space, services.quotas), refusal: new KeyError('key-limit', { limit }) }],
        };
      },
    };
  },
  show,
});

const PROMOTE = 'kms:UpdatePrimaryRegion';

export const setPrimaryRegion = adminRoute({
  id: 'setPrimaryRegion',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/primary-region',
  action: PROMOTE,
  summary: 'Makes the replica in another region the primary key, from which it is rotated and replicated',
  status: 200,
  params: KEY_PARAMS,
  body: closed({ region: { ...REGION_NAME, description: 'that of the replica' } }),
  answer: KEY,
  example: { params: KEY_EXAMPLE, body: { region: 'eu-west-1' } },
  prepare: async (context, { params, body: { region } }) => {
    const { services } = context;
    const found = await findKey(context, PROMOTE, params);
    const { accountId } = found;
    const primary = found.target.key;
    const related = primary === undefined ? [] : await relatedKeys(services.directory, services.keys, primary.key);
    const replica = related.find(({ key }) => key.region === region);
    const asked = requestContext({ 'kms:primaryregion': [region] });
    return {
      // API_UpdatePrimaryRegion, "Required permissions": on both keys.
      targets: [
        { ...found.target, context: asked },
        ...(replica === undefined
          ? []
          : [
              {
                action: PROMOTE,
                resource: keyArn(region, accountId, replica.key.id),
                key: replica,
                accountId,
                context: asked,
              },
            ]),
      ],
      details: { primaryRegion: region },
      run: (nowMs) => {
        const open = found.require(nowMs);
        const { value, ...change } = movePrimary(open, related, region, nowMs);
        return { ...change, value: { open: new OpenKey(value, open.space), accountId, nowMs } };
      },
    };
  },
  show,
});

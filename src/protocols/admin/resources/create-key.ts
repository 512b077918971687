import Type from 'typebox';
import { wipe } from '../../../bytes/bytes.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { defaultAccessPolicy } from '../../../keys/access-policy.ts';
import { createKey as create, requireMakeable, type NewKey } from '../../../keys/create.ts';
import { KeyError } from '../../../keys/errors.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { roomForKey } from '../../../keys/quotas.ts';
import { requireRegion } from '../find.ts';
import { KEY, showKey } from '../key-answer.ts';
import { creationContext, kindOf, SPEC_NAMES, USAGE_NAMES } from '../key-kind.ts';
import { adminRoute } from '../route.ts';
import { closed, DESCRIPTION, REGION_NAME, TAG } from '../schema.ts';

interface Shown {
  readonly open: OpenKey;
  readonly accountId: string;
  readonly nowMs: number;
}

export const createKey = adminRoute({
  id: 'createKey',
  method: 'POST',
  path: '/regions/{region}/keys',
  action: 'kms:CreateKey',
  summary: 'Makes a key that the principals of the tenant may use as their own policies allow',
  status: 201,
  params: closed({ region: REGION_NAME }),
  body: closed({
    spec: Type.Optional(
      Type.Enum([...SPEC_NAMES], {
        default: 'aes-256',
        description: 'our name or that of AWS: ec-p256, ECC_NIST_P256',
      }),
    ),
    usage: Type.Optional(
      Type.Enum([...USAGE_NAMES], { description: 'needed where keys of the spec can have more than one' }),
    ),
    origin: Type.Optional(
      Type.Enum(['generated', 'imported'], {
        default: 'generated',
        description: 'imported: it waits for your material',
      }),
    ),
    multiRegion: Type.Optional(
      Type.Boolean({ default: false, description: 'whether it may get replicas in other regions' }),
    ),
    description: Type.Optional(DESCRIPTION),
    tags: Type.Optional(Type.Array(TAG)),
  }),
  answer: KEY,
  example: { params: { region: 'us-east-1' }, body: { spec: 'ec-p256', usage: 'sign-verify' } },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { accountId } = proof.tenant;
    const kind = kindOf(body.spec, body.usage);
    const { origin = 'generated', multiRegion = false, tags = [] } = body;
    const asked = creationContext(
      kind,
      origin,
      multiRegion,
      new Map(tags.map(({ key, value }) => [key, value])),
      params.region,
    );
    const target = (action: string) => ({ action, resource: '*', context: asked });
    const asWanted: Omit<NewKey, 'instancePolicies'> = {
      ...kind,
      origin,
      multiRegion,
      description: body.description ?? '',
      accessPolicy: defaultAccessPolicy(accountId),
      tags,
      createdBy: iamIdOf(proof.principal),
    };
    return {
      targets: [target('kms:CreateKey'), ...(tags.length > 0 ? [target('kms:TagResource')] : [])],
      details: { keySpec: kind.spec.aws, multiRegion, origin },
      run: async (nowMs) => {
        const space = await requireRegion(context, params.region);
        const instancePolicies = await services.keys.instancePolicies.find(space);
        const wanted = { ...asWanted, instancePolicies };
        requireMakeable(wanted, services.quotas);
        const material = origin === 'generated' ? await services.materials.take(kind.spec, space.tenantId) : undefined;
        try {
          const { value: key, writes } = create(space, wanted, nowMs, services.random, material, services.quotas);
          const limit = services.quotas.keysPerRegion;
          return {
            value: { open: new OpenKey(key, space), accountId, nowMs },
            writes,
            preconditions: [whileItLasts(space), policiesStand(space, instancePolicies)],
            keyId: keyRecordId(key.id, key.region),
            rooms: [{ room: roomForKey(space, services.quotas), refusal: new KeyError('key-limit', { limit }) }],
          };
        } finally {
          wipe(material);
        }
      },
    };
  },
  show: ({ open, accountId, nowMs }: Shown) => showKey(open, accountId, nowMs),
});

import Type from 'typebox';
import { KEY } from '../key-answer.ts';
import { kindOf, SPEC_NAMES, USAGE_NAMES } from '../key-kind.ts';
import { makeKeyAct, NEW_KEY, showMadeKey } from '../make-key.ts';
import { adminRoute } from '../route.ts';
import { closed, REGION_NAME } from '../schema.ts';

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
    ...NEW_KEY.properties,
  }),
  answer: KEY,
  example: { params: { region: 'us-east-1' }, body: { spec: 'ec-p256', usage: 'sign-verify' } },
  prepare: (context, { params, body }) => {
    const { spec, usage, origin = 'generated', multiRegion = false, ...fields } = body;
    const kind = kindOf(spec, usage);
    const { materials } = context.services;
    return makeKeyAct(
      context,
      params.region,
      {
        ...kind,
        origin,
        multiRegion,
        ...(origin === 'generated' && { material: (space) => materials.take(kind.spec, space.tenantId) }),
      },
      fields,
    );
  },
  show: showMadeKey,
});

import Type, { type Static } from 'typebox';
import { readRegistration, registrationSpace } from '../../../keys/registration-record.ts';
import { parseEnvironmentCrn } from '../../../vault/environments/environment-crn.ts';
import { keyArn } from '../arn.ts';
import { KEY_ID, named, REGION_NAME } from '../schema.ts';
import { overviewPart } from './part.ts';
import { regionsOf } from './keys-part.ts';

const MAX_LINKS = 500;

export const LINKS_PART = named('OverviewLinks', {
  isAtLeast: Type.Boolean(),
  items: Type.Array(
    named('OverviewLink', {
      keyId: KEY_ID,
      region: REGION_NAME,
      keyArn: Type.String(),
      keyName: Type.Optional(Type.String()),
      service: Type.String({ description: 'who registered it' }),
      resource: Type.String({ description: 'what the key protects: a CRN' }),
      environmentId: Type.Optional(Type.String({ description: 'where it is an environment of the own tenant' })),
    }),
    {
      description:
        'what is registered with which key of the own tenant: the edges of the picture of what protects what',
    },
  ),
});

export const linksPart = overviewPart({
  target: () => ({ action: 'kms:ListRegistrations', resource: '*' }),
  read: async (context): Promise<Static<typeof LINKS_PART>> => {
    const { services, proof, goOn } = context;
    const { tenantId, tenantKey, accountId } = proof.tenant;
    const items: Static<typeof LINKS_PART>['items'] = [];
    let isAtLeast = false;
    for (const space of await regionsOf(context)) {
      const names = await services.records.listNames(registrationSpace(space), { limit: MAX_LINKS });
      for (const name of names) {
        isAtLeast ||= items.length >= MAX_LINKS;
        if (isAtLeast) break;
        const record = await services.records.read({ tenantId, kind: 'registration', id: name.id });
        if (record === undefined) continue;
        const { keyId, region, service, resourceCrn } = readRegistration(tenantKey, record);
        const open = await services.keys.find(space, keyId);
        const keyName = open?.key.name ?? open?.key.aliases[0]?.name;
        const own = parseEnvironmentCrn(resourceCrn);
        items.push({
          keyId,
          region,
          keyArn: keyArn(region, accountId, keyId),
          ...(keyName !== undefined && { keyName }),
          service,
          resource: resourceCrn,
          ...(own?.accountId === accountId && { environmentId: own.environmentId }),
        });
        if (items.length % 32 === 0) isAtLeast ||= !(await goOn());
      }
      isAtLeast ||= names.length === MAX_LINKS;
    }
    return { isAtLeast, items };
  },
});

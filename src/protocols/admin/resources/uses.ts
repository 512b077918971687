import type { Static } from 'typebox';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { adminRoute } from '../route.ts';
import { EXAMPLE_USES, readUses, USES, USES_QUERY } from '../uses-answer.ts';

const ACTION = 'kms:GetKeyLastUsage';

export const getKeyUses = adminRoute({
  id: 'getKeyUses',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/uses',
  action: ACTION,
  summary: 'Counts the uses of a key over time, by the hour or the day',
  status: 200,
  params: KEY_PARAMS,
  query: USES_QUERY,
  answer: USES,
  example: { params: KEY_EXAMPLE, query: EXAMPLE_USES },
  prepare: async (context, { params, query }) => {
    const found = await findKey(context, ACTION, params);
    return {
      targets: [found.target],
      run: async (nowMs) => {
        const { key, recordId } = found.require(nowMs);
        return { value: await readUses(context.services.records, key.tenantId, recordId, query) };
      },
    };
  },
  show: (uses: Static<typeof USES>) => uses,
});

export const getUses = adminRoute({
  id: 'getUses',
  method: 'GET',
  path: '/uses',
  action: ACTION,
  summary: 'Counts the uses of all keys that the log of the own tenant tells of, over time',
  status: 200,
  query: USES_QUERY,
  answer: USES,
  example: { query: EXAMPLE_USES },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: ACTION, resource: '*' }],
    run: async () => ({ value: await readUses(records, tenant.tenantId, undefined, query) }),
  }),
  show: (uses: Static<typeof USES>) => uses,
});

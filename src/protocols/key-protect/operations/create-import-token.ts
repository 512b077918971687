import { whileItLasts } from '../../../identity/tenant.ts';
import { createInstanceImportToken } from '../../../keys/instance-import-token.ts';
import { findInstanceImportToken } from '../../../keys/instance-import-token-record.ts';
import { bare } from '../answer.ts';
import { facts } from '../facts.ts';
import { Fields } from '../fields.ts';
import { factsOfImportToken, showImportToken } from '../import-token.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation } from '../operation.ts';

const LIFETIME_S = { min: 300, max: 86_400 };
const RETRIEVALS = { min: 1, max: 500 };

/** `POST /import_token`: a new one in place of the old one. */
export const createImportToken: Operation = {
  notes:
    'the private key of the token that it replaces is destroyed with the answer; a role over the ring that `X-Kms-Key-Ring` names is enough (inferred)',
  prepare(context, { body }) {
    const fields = new Fields(body ?? {}, ['expiration', 'maxAllowedRetrievals']);
    const lifetimeS = fields.integer('expiration', LIFETIME_S) ?? 600;
    const maxRetrievals = fields.integer('maxAllowedRetrievals', RETRIEVALS) ?? 1;
    return {
      targets: [instanceTarget(context, 'kms:CreateImportToken', context.keyRing)],
      details: facts({ expiration: lifetimeS, maxAllowedRetrievals: maxRetrievals }),
      async run(nowMs) {
        const { instance, records, random, wrappingKeys } = context;
        const pair = await wrappingKeys.take('RSA_4096', instance.tenantId);
        // Read last: to make a key may have taken its time.
        const before = await findInstanceImportToken(records, instance);
        const wanted = { lifetimeMs: lifetimeS * 1_000, maxRetrievals };
        const { value: token, writes } = createInstanceImportToken(instance, before, wanted, pair, nowMs, random);
        const result = facts(factsOfImportToken(token));
        return {
          value: bare('import_token', showImportToken(token)),
          writes,
          preconditions: [whileItLasts(instance)],
          result,
          shred: before !== undefined,
        };
      },
    };
  },
};

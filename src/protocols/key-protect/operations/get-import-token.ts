import { retrieveInstanceImportToken } from '../../../keys/instance-import-token.ts';
import { findInstanceImportToken } from '../../../keys/instance-import-token-record.ts';
import { bare } from '../answer.ts';
import { facts } from '../facts.ts';
import { factsOfImportToken, publicKeyPem, showImportToken } from '../import-token.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation } from '../operation.ts';

/** `GET /import_token`: with the public key and the nonce, as often as it was allowed. */
export const getImportToken: Operation = {
  notes:
    'where no token was ever made the answer is 409 `IMPORT_TOKEN_EXPIRED_ERR` too (inferred); a payload may be encrypted with MGF1-SHA-1 as well, which some Java clients do',
  prepare(context) {
    const { instance, records } = context;
    return {
      targets: [instanceTarget(context, 'kms:GetImportToken', context.keyRing)],
      async run(nowMs) {
        const before = await findInstanceImportToken(records, instance);
        const { value, writes } = retrieveInstanceImportToken(instance, before, nowMs);
        const { token, nonce } = value;
        const shown = { ...showImportToken(token), payload: publicKeyPem(token), nonce };
        return { value: bare('import_token', shown), writes, result: facts(factsOfImportToken(token)) };
      },
    };
  },
};

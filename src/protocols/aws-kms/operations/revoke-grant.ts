import { removeGrant } from '../../../keys/grant-record.ts';
import { andThen } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { requireGrantId } from './grant-input.ts';
import { findGrant } from './granted-key.ts';
import { dryRun } from './refusals.ts';

const ACTION = 'kms:RevokeGrant';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html */
export const revokeGrant: Operation<'RevokeGrant'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ID_OR_ARN }],
  notes: 'in force for every request that starts after the answer',
  prepare(context, { KeyId, GrantId, DryRun }, nowMs) {
    requireGrantId(GrantId);
    return andThen(resolveKey(context, KeyId, ID_OR_ARN, nowMs), (resolved) => ({
      targets: [targetOf(ACTION, resolved)],
      details: { grantId: GrantId },
      run: () =>
        andThen(findGrant(context, resolved, GrantId), (grant) => {
          if (DryRun === true) throw dryRun();
          return { value: undefined, writes: [removeGrant(grant)], urgent: true };
        }),
    }));
  },
};

import { KeyError } from '../../../keys/errors.ts';
import { removeGrant } from '../../../keys/grant-record.ts';
import { retireRules } from '../../../pipeline/retire-rules.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import { readGrantToken } from '../grant-tokens.ts';
import { isFound } from '../expressible.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { foreignInstance, resolvedKey, resolveKey, targetOf, type ResolvedKey } from '../resolve.ts';
import { requireGrantId } from './grant-input.ts';
import { findGrant } from './granted-key.ts';
import { dryRun, validationError } from './refusals.ts';

const ACTION = 'kms:RetireGrant';

interface NamedGrant {
  readonly resolved: ResolvedKey;
  readonly grantId: string;
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html */
export const retireGrant: Operation<'RetireGrant'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ID_OR_ARN }],
  notes:
    'the grant says who may retire it, the policy of the key has no say; KeyId may be a key id; a token of a grant that is gone: NotFoundException (inferred)',
  prepare(context, input, nowMs) {
    return andThen(namedGrant(context, input, nowMs), ({ resolved, grantId }) =>
      andThen(findGrant(context, resolved, grantId), (grant) => ({
        targets: [
          {
            ...targetOf(ACTION, resolved),
            guarded: {
              tenantId: grant.tenantId,
              accountId: context.principal.accountId,
              policy: retireRules(grant, context.principal, resolved.accountId),
            },
          },
        ],
        details: { grantId },
        run() {
          if (input.DryRun === true) throw dryRun();
          return { value: undefined, writes: [removeGrant(grant)], urgent: true };
        },
      })),
    );
  },
};

function namedGrant(context: OperationContext, input: Input<'RetireGrant'>, nowMs: number): MaybePromise<NamedGrant> {
  const { GrantToken, KeyId, GrantId } = input;
  if (GrantToken !== undefined) {
    if (KeyId !== undefined || GrantId !== undefined) {
      throw validationError('You cannot specify GrantToken together with KeyId and GrantId.');
    }
    return byToken(context, GrantToken, nowMs);
  }
  if (KeyId === undefined || GrantId === undefined) {
    throw validationError('You must specify GrantToken, or both KeyId and GrantId.');
  }
  requireGrantId(GrantId);
  return andThen(resolveKey(context, KeyId, ID_OR_ARN, nowMs), (resolved) => ({ resolved, grantId: GrantId }));
}

function byToken(context: OperationContext, token: string, nowMs: number): MaybePromise<NamedGrant> {
  return andThen(readGrantToken(context, token), ({ tenantId, region, keyId, id: grantId }) => {
    const gone = () => new KeyError('grant-not-found', { grantId });
    return andThen(foreignInstance(context, tenantId, region), (instance) => {
      if (instance === undefined) throw gone();
      return andThen(context.keys.find(instance, keyId), (open) => {
        if (open === undefined || !isFound(open.key, nowMs)) throw gone();
        return { resolved: resolvedKey(context, open, instance.accountId), grantId };
      });
    });
  });
}

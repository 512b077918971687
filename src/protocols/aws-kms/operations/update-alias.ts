import { moveAlias, requireAliasName } from '../../../keys/aliases.ts';
import { andThen } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { targetOf } from '../resolve.ts';
import { aliasTarget, holderOf } from './alias-holder.ts';
import { resolveOwnKey } from './own-key.ts';

const ACTION = 'kms:UpdateAlias';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html */
export const updateAlias: Operation<'UpdateAlias'> = {
  actions: [ACTION],
  keys: [{ member: 'TargetKeyId', forms: ID_OR_ARN }],
  notes:
    'the text about a key of another kind is inferred; asymmetric keys of any two specs with the same usage are of one type',
  prepare(context, { AliasName, TargetKeyId }, nowMs) {
    requireAliasName(AliasName);
    return andThen(resolveOwnKey(context, ACTION, TargetKeyId, nowMs), (to) =>
      andThen(holderOf(context, AliasName, nowMs), (from) => ({
        targets: [
          aliasTarget(context, ACTION, AliasName),
          targetOf(ACTION, from),
          ...(from.arn === to.arn ? [] : [targetOf(ACTION, to)]),
        ],
        details: { aliasName: AliasName },
        run: (runAtMs) => ({
          ...moveAlias(to.open.space, from.open.key, to.open.key, AliasName, runAtMs, context.quotas),
          value: undefined,
        }),
      })),
    );
  },
};

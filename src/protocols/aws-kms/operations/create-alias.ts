import { createAlias as create, requireAliasName } from '../../../keys/aliases.ts';
import { conditionOf } from '../../../keys/state.ts';
import { andThen } from '../../../records/ports.ts';
import { aliasArn, ID_OR_ARN } from '../arn.ts';
import { AwsKmsError } from '../errors.ts';
import type { Operation } from '../operation.ts';
import { targetOf } from '../resolve.ts';
import { aliasTarget, releaseFrom } from './alias-holder.ts';
import { resolveOwnKey } from './own-key.ts';

const ACTION = 'kms:CreateAlias';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export const createAlias: Operation<'CreateAlias'> = {
  actions: [ACTION],
  keys: [{ member: 'TargetKeyId', forms: ID_OR_ARN }],
  notes: 'the texts about a malformed name and about a 51st alias are inferred',
  prepare(context, { AliasName, TargetKeyId }, nowMs) {
    requireAliasName(AliasName);
    return andThen(resolveOwnKey(context, ACTION, TargetKeyId, nowMs), (resolved) =>
      andThen(context.keys.findByAlias(context.instance, AliasName), (holder) => ({
        targets: [aliasTarget(context, ACTION, AliasName), targetOf(ACTION, resolved)],
        details: { aliasName: AliasName },
        run(runAtMs) {
          if (holder !== undefined && conditionOf(holder.key, runAtMs) !== 'gone') {
            const { region, accountId } = context.instance;
            const arn = aliasArn(region, accountId, AliasName);
            throw new AwsKmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
          }
          const { open } = resolved;
          const { writes } = create(open.space, open.key, AliasName, runAtMs, context.quotas);
          return { value: undefined, writes: [...(holder ? releaseFrom(holder, AliasName) : []), ...writes] };
        },
      })),
    );
  },
};

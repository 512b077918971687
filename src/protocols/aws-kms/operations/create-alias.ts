import { iamIdOf } from '../../../identity/iam-id.ts';
import { createAlias as create, requireAliasName } from '../../../keys/aliases.ts';
import type { Key } from '../../../keys/key.ts';
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
          if (holder !== undefined && isHeld(holder.key, runAtMs)) {
            const { region, accountId } = context.instance;
            const arn = aliasArn(region, accountId, AliasName);
            throw new AwsKmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
          }
          const { open } = resolved;
          const { writes } = create(
            open.space,
            open.key,
            AliasName,
            runAtMs,
            context.quotas,
            iamIdOf(context.principal),
          );
          const released = holder === undefined ? [] : releaseFrom(holder, AliasName, runAtMs);
          return { value: undefined, writes: [...released, ...writes] };
        },
      })),
    );
  },
};

/** A deleted key that may still be taken back keeps its aliases, although this wire does not know it any more. */
function isHeld(key: Key, nowMs: number): boolean {
  return key.state === 'deleted' || conditionOf(key, nowMs) !== 'gone';
}

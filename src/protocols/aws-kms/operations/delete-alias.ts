import { deleteAlias as remove, requireAliasName } from '../../../keys/aliases.ts';
import { andThen } from '../../../records/ports.ts';
import type { Operation } from '../operation.ts';
import { targetOf } from '../resolve.ts';
import { aliasTarget, holderOf } from './alias-holder.ts';

const ACTION = 'kms:DeleteAlias';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html */
export const deleteAlias: Operation<'DeleteAlias'> = {
  actions: [ACTION],
  keys: [],
  prepare(context, { AliasName }, nowMs) {
    requireAliasName(AliasName);
    return andThen(holderOf(context, AliasName, nowMs), (holder) => ({
      targets: [aliasTarget(context, ACTION, AliasName), targetOf(ACTION, holder)],
      details: { aliasName: AliasName },
      run: (runAtMs) => ({ ...remove(holder.open.space, holder.open.key, AliasName, runAtMs), value: undefined }),
    }));
  },
};

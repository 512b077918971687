import { purge } from '../../../keys/removal.ts';
import { andThen } from '../../../records/ports.ts';
import { facts, factsOfRemoval } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { preferred } from '../preferred.ts';

/** `DELETE /keys/{id}/purge`: ends a deleted key for good. */
export const purgeKey: Operation = {
  notes:
    'a key that waits for its deletion by the AWS wire is not purged (409): its waiting period protects it; `return=representation` shows the key as it was before',
  prepare(context, { path }) {
    requireOwnInstance(context);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:PurgeKey', open)],
      run: (nowMs) => ({
        ...purge(open.space, open.key, nowMs),
        value: preferred(context, open.key, nowMs),
        result: facts(factsOfRemoval(open.key)),
        shred: true,
      }),
    }));
  },
};

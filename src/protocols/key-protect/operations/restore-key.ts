import { restore } from '../../../keys/removal.ts';
import { andThen } from '../../../records/ports.ts';
import { collection } from '../answer.ts';
import { facts, factsOfKey } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { identify, showKey } from '../show-key.ts';

/** `POST /keys/{id}/restore`: takes a deleted key back as it was. */
export const restoreKey: Operation = {
  notes:
    'keys of every kind, root and standard; a body is not read: the material never left, so no policy about imports has a say; a key that waits for its deletion by the AWS wire is called back too; the key is active then, so the permission to enable it is asked for as well; the answer has the key unless `Prefer: return=minimal` asks for type, id and CRN alone',
  prepare(context, { path }) {
    requireOwnInstance(context);
    const { instance, prefer } = context;
    return andThen(findKey(context, path['id'] as string), (open) => ({
      // It is switched on then, whatever it was: a deletion is no way around who may not switch it on.
      targets: [targetOf(context, 'kms:CancelKeyDeletion', open), targetOf(context, 'kms:EnableKey', open)],
      run(nowMs) {
        const { value: key, ...change } = restore(open.space, open.key, nowMs);
        const shown = prefer === 'minimal' ? identify(instance, key) : showKey(instance, key, nowMs);
        return {
          ...change,
          value: collection('key', [shown], { status: 201 }),
          result: facts(factsOfKey(key, nowMs)),
        };
      },
    }));
  },
};

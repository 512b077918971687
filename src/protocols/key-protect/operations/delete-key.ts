import { personOf } from '../../../identity/person.ts';
import { deleteFor } from '../../../keys/deletable.ts';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { andThen } from '../../../records/ports.ts';
import { facts, factsOfKey } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { preferred } from '../preferred.ts';

const ACTION = 'kms:ScheduleKeyDeletion';
/** For policies that bound the waiting period of a deletion: so long this one can be taken back. */
const WINDOW_DAYS = [String(WAITING_MS.restorable / 86_400_000)];
const CONTEXT = {
  values: (key: string) => (key === 'kms:schedulekeydeletionpendingwindowindays' ? WINDOW_DAYS : undefined),
};

/** `DELETE /keys/{id}`: deletes a key at once; for 30 days it can be restored. */
export const deleteKey: Operation = {
  notes:
    'the material is kept, wrapped, while the key can be restored, and destroyed then; a key that waits for its deletion by the AWS wire is deleted already (410); the AWS wire does not find the key from the answer on; conditions about `kms:ScheduleKeyDeletionPendingWindowInDays` see 30',
  prepare(context, { path, query }) {
    requireOwnInstance(context);
    const { records, principal } = context;
    const force = query.flag('force') ?? false;
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [{ ...targetOf(context, ACTION, open), context: CONTEXT }],
      details: facts({ force }),
      run: (nowMs) =>
        andThen(deleteFor(records, open.space, open.key, personOf(principal), force, nowMs), (change) => ({
          ...change,
          value: preferred(context, change.value, nowMs),
          result: facts(factsOfKey(change.value, nowMs)),
          urgent: true,
        })),
    }));
  },
};

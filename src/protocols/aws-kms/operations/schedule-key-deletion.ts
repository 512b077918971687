import type { Deletion } from '../../../keys/key.ts';
import { personOf } from '../../../identity/person.ts';
import { scheduleDeletionFor } from '../../../keys/deletable.ts';
import { DELETION_WINDOW_DAYS } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';
import { seconds, STATES } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export const scheduleKeyDeletion = management<'ScheduleKeyDeletion'>({
  action: 'kms:ScheduleKeyDeletion',
  notes:
    'a key that two people delete (dual authorisation) asks for the word of another person first: KMSInvalidStateException; the text about a window out of range is inferred',
  details: ({ PendingWindowInDays = DELETION_WINDOW_DAYS.default }) => ({ pendingWindowInDays: PendingWindowInDays }),
  run({ principal }, { open, arn }, { PendingWindowInDays = DELETION_WINDOW_DAYS.default }, nowMs) {
    const { value: key, ...change } = scheduleDeletionFor(
      open.space,
      open.key,
      PendingWindowInDays,
      personOf(principal),
      nowMs,
    );
    const { dueAtMs, windowDays } = key.deletion as Deletion;
    const state = dueAtMs === undefined ? 'pending-replica-deletion' : 'pending-deletion';
    const value = {
      KeyId: arn,
      DeletionDate: dueAtMs === undefined ? undefined : seconds(dueAtMs),
      KeyState: STATES[state],
      PendingWindowInDays: windowDays,
    };
    return { ...change, value, urgent: true };
  },
});

import type { Deletion } from '../../../keys/key.ts';
import { DELETION_WINDOW_DAYS, scheduleDeletion } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';
import { seconds, STATES } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export const scheduleKeyDeletion = management<'ScheduleKeyDeletion'>({
  action: 'kms:ScheduleKeyDeletion',
  notes: 'the text about a window out of range is inferred',
  details: ({ PendingWindowInDays = DELETION_WINDOW_DAYS.default }) => ({ pendingWindowInDays: PendingWindowInDays }),
  run(_, { open, arn }, { PendingWindowInDays = DELETION_WINDOW_DAYS.default }, nowMs) {
    const { value: key, ...change } = scheduleDeletion(open.space, open.key, PendingWindowInDays, nowMs);
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

import { enableRotation, ROTATION_PERIOD_DAYS } from '../../../keys/rotation-policy.ts';
import { andThen } from '../../../records/ports.ts';
import { management } from './manage.ts';
import { relativesOf } from './relatives.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
export const enableKeyRotation = management<'EnableKeyRotation'>({
  action: 'kms:EnableKeyRotation',
  notes:
    'a new period counts from the call; to ask again for the period that a key has does not put its rotation off (both inferred)',
  details: ({ RotationPeriodInDays = ROTATION_PERIOD_DAYS.default }) => ({
    rotationPeriodInDays: RotationPeriodInDays,
  }),
  run: (context, { open }, { RotationPeriodInDays = ROTATION_PERIOD_DAYS.default }, nowMs) =>
    andThen(relativesOf(context, open), (related) => {
      const { writes } = enableRotation(open, related, RotationPeriodInDays, nowMs);
      return { value: undefined, writes };
    }),
});

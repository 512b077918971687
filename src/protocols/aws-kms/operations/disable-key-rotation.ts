import { disableRotation } from '../../../keys/rotation-policy.ts';
import { andThen } from '../../../records/ports.ts';
import { management } from './manage.ts';
import { relativesOf } from './relatives.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html */
export const disableKeyRotation = management<'DisableKeyRotation'>({
  action: 'kms:DisableKeyRotation',
  run: (context, { open }, _, nowMs) =>
    andThen(relativesOf(context, open), (related) => ({
      value: undefined,
      writes: disableRotation(open, related, nowMs).writes,
    })),
});

import { KeyError } from '../../../keys/errors.ts';
import { requireRotatable } from '../../../keys/rotate.ts';
import { rotationOf } from '../../../keys/rotation-policy.ts';
import { andThen } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { OWN_KEY } from './own-key.ts';
import { seconds } from './words.ts';

const ACTION = 'kms:GetKeyRotationStatus';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
export const getKeyRotationStatus: Operation<'GetKeyRotationStatus'> = {
  actions: [ACTION],
  keys: OWN_KEY,
  notes: 'OnDemandRotationStartDate is never there: a rotation on demand is done at once',
  prepare: (context, input, nowMs) =>
    andThen(resolveKey(context, input.KeyId, ID_OR_ARN, nowMs), (resolved) => ({
      targets: [targetOf(ACTION, resolved)],
      run() {
        const { key } = resolved.open;
        requireRotatable(key);
        if (key.origin !== 'generated') throw new KeyError('wrong-origin', { keyId: key.id });
        const rotation = rotationOf(key);
        return {
          value: {
            KeyId: key.id,
            KeyRotationEnabled: rotation !== undefined,
            ...(rotation && {
              RotationPeriodInDays: rotation.periodDays,
              NextRotationDate: seconds(rotation.nextAtMs),
            }),
          },
        };
      },
    })),
};

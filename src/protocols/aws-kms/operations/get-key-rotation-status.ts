import { KeyError } from '../../../keys/errors.ts';
import { requireRotatable } from '../../../keys/rotate.ts';
import { andThen } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { OWN_KEY } from './own-key.ts';

const ACTION = 'kms:GetKeyRotationStatus';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
export const getKeyRotationStatus: Operation<'GetKeyRotationStatus'> = {
  actions: [ACTION],
  keys: OWN_KEY,
  notes: 'there is no automatic rotation yet, so it is never enabled; rotation on demand is done at once',
  prepare: (context, input, nowMs) =>
    andThen(resolveKey(context, input.KeyId, ID_OR_ARN, nowMs), (resolved) => ({
      targets: [targetOf(ACTION, resolved)],
      run() {
        const { key } = resolved.open;
        requireRotatable(key);
        if (key.origin !== 'generated') throw new KeyError('wrong-origin', { keyId: key.id });
        return { value: { KeyId: key.id, KeyRotationEnabled: false } };
      },
    })),
};

import { cancelDeletion } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
export const cancelKeyDeletion = management<'CancelKeyDeletion'>({
  action: 'kms:CancelKeyDeletion',
  run: (_, { open, arn }, __, nowMs) => ({
    ...cancelDeletion(open.space, open.key, nowMs),
    value: { KeyId: arn },
  }),
});

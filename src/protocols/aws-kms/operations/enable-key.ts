import { enable } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html */
export const enableKey = management<'EnableKey'>({
  action: 'kms:EnableKey',
  run: (_, { open }, __, nowMs) => ({ ...enable(open.space, open.key, nowMs), value: undefined }),
});

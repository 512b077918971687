import { disable } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html */
export const disableKey = management<'DisableKey'>({
  action: 'kms:DisableKey',
  run: (_, { open }, __, nowMs) => ({ ...disable(open.space, open.key, nowMs), value: undefined, urgent: true }),
});

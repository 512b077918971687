import { describeAs } from '../../../keys/lifecycle.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html */
export const updateKeyDescription = management<'UpdateKeyDescription'>({
  action: 'kms:UpdateKeyDescription',
  run: (_, { open }, { Description }, nowMs) => ({
    ...describeAs(open.space, open.key, Description, nowMs),
    value: undefined,
  }),
});

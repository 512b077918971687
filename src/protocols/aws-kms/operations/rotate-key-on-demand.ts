import { currentVersion } from '../../../keys/key.ts';
import { rotateOnDemand } from '../../../keys/rotate.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export const rotateKeyOnDemand = management<'RotateKeyOnDemand'>({
  action: 'kms:RotateKeyOnDemand',
  notes: 'done when the answer comes, so never ConflictException',
  run(context, { open, arn }, _, nowMs) {
    const { value: key, writes } = rotateOnDemand(open.space, open.key, nowMs, context.random);
    const version = currentVersion(key);
    return { value: { KeyId: arn }, writes, ...(version && { keyVersion: version.id }) };
  },
});

import { currentVersion } from '../../../keys/key.ts';
import { rotateOnDemand } from '../../../keys/rotate.ts';
import { andThen } from '../../../records/ports.ts';
import { management } from './manage.ts';
import { relativesOf } from './relatives.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export const rotateKeyOnDemand = management<'RotateKeyOnDemand'>({
  action: 'kms:RotateKeyOnDemand',
  notes: 'done when the answer comes, so ConflictException only while an automatic rotation is due within 20 minutes',
  run: (context, { open, arn }, _, nowMs) =>
    andThen(relativesOf(context, open), (related) => {
      const { value: key, ...change } = rotateOnDemand(open, related, nowMs, context.random, context.quotas);
      const version = currentVersion(key);
      return { ...change, value: { KeyId: arn }, ...(version && { keyVersion: version.id }) };
    }),
});

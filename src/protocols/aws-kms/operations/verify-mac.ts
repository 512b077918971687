import { verifyMac as verifyBy } from '../../../keys/mac.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html */
export const verifyMac = useOfKey<'VerifyMac'>({
  action: 'kms:VerifyMac',
  notes: 'with DryRun the MAC is checked too (inferred)',
  details: ({ MacAlgorithm }) => ({ macAlgorithm: MacAlgorithm }),
  run(open, { MacAlgorithm, Message, Mac }, nowMs) {
    const version = verifyBy(open, MacAlgorithm, Message, Mac, nowMs);
    return { answer: { MacValid: true, MacAlgorithm }, version };
  },
});

import { generateMac as generateBy } from '../../../keys/mac.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html */
export const generateMac = useOfKey<'GenerateMac'>({
  action: 'kms:GenerateMac',
  details: ({ MacAlgorithm }) => ({ macAlgorithm: MacAlgorithm }),
  run(open, { MacAlgorithm, Message }, nowMs) {
    const { mac, version } = generateBy(open, MacAlgorithm, Message, nowMs);
    return { answer: { Mac: mac, MacAlgorithm }, version };
  },
});

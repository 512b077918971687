import { sign as signBy } from '../../../keys/sign.ts';
import { andThen } from '../../../records/ports.ts';
import { signedMessage, signingDetails } from './signed-message.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html */
export const sign = useOfKey<'Sign'>({
  action: 'kms:Sign',
  notes:
    '1 to 4096 bytes, as the pinned model has it; the text about a MessageType that the algorithm does not take is inferred',
  details: signingDetails,
  run(open, input, nowMs) {
    return andThen(signBy(open, signedMessage(input), nowMs), ({ signature, version }) => ({
      answer: { Signature: signature, SigningAlgorithm: input.SigningAlgorithm },
      version,
    }));
  },
});

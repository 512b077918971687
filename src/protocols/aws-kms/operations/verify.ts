import { verify as verifyBy } from '../../../keys/sign.ts';
import { signedMessage, signingDetails } from './signed-message.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html */
export const verify = useOfKey<'Verify'>({
  action: 'kms:Verify',
  notes: 'with DryRun the signature is checked too (inferred)',
  details: signingDetails,
  run(open, input, nowMs) {
    const version = verifyBy(open, signedMessage(input), input.Signature, nowMs);
    return { answer: { SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm }, version };
  },
});

import { encapsulate as encapsulateTo } from '../../../keys/shared-secret.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html */
export const encapsulate = useOfKey<'Encapsulate'>({
  action: 'kms:Encapsulate',
  details: ({ EncapsulationAlgorithm }) => ({ encapsulationAlgorithm: EncapsulationAlgorithm }),
  run(open, { EncapsulationAlgorithm }, nowMs) {
    const { sharedSecret, ciphertext, version } = encapsulateTo(open, EncapsulationAlgorithm, nowMs);
    const answer = { SharedSecret: sharedSecret, SharedSecretCiphertextBlob: ciphertext, EncapsulationAlgorithm };
    return { answer, version };
  },
});

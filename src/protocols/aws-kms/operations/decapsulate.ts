import { decapsulate as decapsulateBy } from '../../../keys/shared-secret.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html */
export const decapsulate = useOfKey<'Decapsulate'>({
  action: 'kms:Decapsulate',
  details: ({ EncapsulationAlgorithm }) => ({ encapsulationAlgorithm: EncapsulationAlgorithm }),
  run(open, { EncapsulationAlgorithm, SharedSecretCiphertextBlob }, nowMs) {
    const { sharedSecret, version } = decapsulateBy(open, EncapsulationAlgorithm, SharedSecretCiphertextBlob, nowMs);
    return { answer: { SharedSecret: sharedSecret, EncapsulationAlgorithm }, version };
  },
});

import { andThen } from '../../../records/ports.ts';
import { RECIPIENT_NOTE } from '../recipient.ts';
import { checkPair, makePair, pairDetails, validatePair } from './data-key-pair.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html */
export const generateDataKeyPair = useOfKey<'GenerateDataKeyPair'>({
  action: 'kms:GenerateDataKeyPair',
  notes: RECIPIENT_NOTE,
  validate: validatePair,
  details: pairDetails,
  check: checkPair,
  run: (open, input, nowMs, context) =>
    andThen(makePair(open, input, nowMs, context), ({ ciphertext, publicKey, privateKey, version }) => ({
      answer: {
        PrivateKeyCiphertextBlob: ciphertext,
        PrivateKeyPlaintext: privateKey,
        PublicKey: publicKey,
        KeyPairSpec: input.KeyPairSpec,
        KeyMaterialId: version.materialId,
      },
      version,
    })),
});

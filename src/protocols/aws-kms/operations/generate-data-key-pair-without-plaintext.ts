import { wipe } from '../../../bytes/bytes.ts';
import { andThen } from '../../../records/ports.ts';
import { checkPair, makePair, pairDetails, validatePair } from './data-key-pair.ts';
import { useOfKey } from './use-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html */
export const generateDataKeyPairWithoutPlaintext = useOfKey<'GenerateDataKeyPairWithoutPlaintext'>({
  action: 'kms:GenerateDataKeyPairWithoutPlaintext',
  validate: validatePair,
  details: pairDetails,
  check: checkPair,
  run: (open, input, nowMs, context) =>
    andThen(makePair(open, input, nowMs, context), ({ ciphertext, publicKey, privateKey, version }) => {
      wipe(privateKey);
      return {
        answer: {
          PrivateKeyCiphertextBlob: ciphertext,
          PublicKey: publicKey,
          KeyPairSpec: input.KeyPairSpec,
          KeyMaterialId: version.materialId,
        },
        version,
      };
    }),
});

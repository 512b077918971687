import { wipe } from '../../../bytes/bytes.ts';
import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { RECIPIENT_NOTE } from '../recipient.ts';
import { targetOf } from '../resolve.ts';
import { cipherOf, materialIdOf } from './cipher.ts';
import { detailsOf } from './encryption-context.ts';
import { dryRun } from './refusals.ts';
import { findSource } from './source-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export const decrypt: Operation<'Decrypt'> = {
  actions: ['kms:Decrypt'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  notes:
    'with DryRun the ciphertext is checked too (inferred); an algorithm of asymmetric keys needs KeyId, in the words for required members (inferred); a wrong context for a key in an external key store is KMSInvalidStateException, as the specification of its proxy has it; ' +
    RECIPIENT_NOTE,
  prepare(context, input, nowMs) {
    const cipher = cipherOf(input.EncryptionAlgorithm, input.EncryptionContext);
    const request = {
      ciphertext: input.CiphertextBlob,
      keyId: input.KeyId,
      keyMember: 'KeyId',
      operation: 'Decrypt',
      cipher,
      dryRun: input.DryRun,
      modifiers: input.DryRunModifiers,
    } as const;
    return andThen(findSource(context, request, nowMs), (source) => ({
      targets: [targetOf('kms:Decrypt', source.resolved)],
      ...detailsOf(input.EncryptionContext, input.EncryptionAlgorithm),
      run(runAtMs) {
        return andThen(source.open(runAtMs), (opened) => {
          if (opened === undefined || input.DryRun === true) {
            wipe(opened?.plaintext);
            throw dryRun();
          }
          const { plaintext, version } = opened;
          return {
            value: {
              KeyId: source.resolved.arn,
              Plaintext: plaintext,
              EncryptionAlgorithm: cipher.algorithm,
              KeyMaterialId: materialIdOf(source.resolved.open, version),
            },
            keyVersion: version.id,
          };
        });
      },
    }));
  },
};

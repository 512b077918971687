import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { cipherOf, encryptBy } from './cipher.ts';
import { detailsOf } from './encryption-context.ts';
import { dryRun } from './refusals.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
export const encrypt: Operation<'Encrypt'> = {
  actions: ['kms:Encrypt'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  notes: 'the text about an encryption context with an asymmetric key is inferred',
  prepare(context, input, nowMs) {
    const cipher = cipherOf(input.EncryptionAlgorithm, input.EncryptionContext);
    return andThen(resolveKey(context, input.KeyId, ANY_FORM, nowMs), (resolved) => ({
      targets: [targetOf('kms:Encrypt', resolved)],
      ...detailsOf(input.EncryptionContext, input.EncryptionAlgorithm),
      run(runAtMs) {
        const sealed = encryptBy(context, 'Encrypt', resolved, cipher, input.Plaintext, runAtMs);
        return andThen(sealed, ({ ciphertext, version }) => {
          if (input.DryRun === true) throw dryRun();
          return {
            value: { CiphertextBlob: ciphertext, KeyId: resolved.arn, EncryptionAlgorithm: cipher.algorithm },
            keyVersion: version.id,
          };
        });
      },
    }));
  },
};

import { encrypt as encryptUnder } from '../../../keys/use.ts';
import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { requireAlgorithm } from './algorithm.ts';
import { aadOf, detailsOf } from './encryption-context.ts';
import { dryRun } from './refusals.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
export const encrypt: Operation<'Encrypt'> = {
  actions: ['kms:Encrypt'],
  keys: [{ member: 'KeyId', forms: ANY_FORM }],
  prepare(context, input, nowMs) {
    const aad = aadOf(input.EncryptionContext);
    return andThen(resolveKey(context, input.KeyId, ANY_FORM, nowMs), (resolved) => ({
      targets: [targetOf('kms:Encrypt', resolved)],
      ...detailsOf(input.EncryptionContext),
      run(runAtMs) {
        const { open, arn } = resolved;
        requireAlgorithm(open, input.EncryptionAlgorithm, runAtMs);
        if (input.DryRun === true) throw dryRun();
        const { ciphertext, version } = encryptUnder(open, input.Plaintext, aad, runAtMs, context.random);
        return {
          value: { CiphertextBlob: ciphertext, KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
          keyVersion: version.id,
        };
      },
    }));
  },
};

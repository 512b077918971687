import { wipe } from '../../../bytes/bytes.ts';
import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { cipherOf, encryptBy, materialIdOf, requireCipher } from './cipher.ts';
import { contextDetails } from './encryption-context.ts';
import { dryRun } from './refusals.ts';
import { findSource } from './source-key.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
export const reEncrypt: Operation<'ReEncrypt'> = {
  actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  keys: [
    { member: 'SourceKeyId', forms: ANY_FORM },
    { member: 'DestinationKeyId', forms: ANY_FORM },
  ],
  notes: 'with DryRun the ciphertext is checked too (inferred)',
  prepare(context, input, nowMs) {
    const from = cipherOf(input.SourceEncryptionAlgorithm, input.SourceEncryptionContext);
    const to = cipherOf(input.DestinationEncryptionAlgorithm, input.DestinationEncryptionContext);
    const request = {
      ciphertext: input.CiphertextBlob,
      keyId: input.SourceKeyId,
      keyMember: 'SourceKeyId',
      cipher: from,
      dryRun: input.DryRun,
      modifiers: input.DryRunModifiers,
    };
    return andThen(findSource(context, request, nowMs), (source) =>
      andThen(resolveKey(context, input.DestinationKeyId, ANY_FORM, nowMs), (destination) => ({
        targets: [targetOf('kms:ReEncryptFrom', source.resolved), targetOf('kms:ReEncryptTo', destination)],
        details: {
          sourceEncryptionContext: contextDetails(input.SourceEncryptionContext),
          destinationEncryptionContext: contextDetails(input.DestinationEncryptionContext),
        },
        run(runAtMs) {
          requireCipher(destination.open, to, runAtMs);
          const opened = source.open(runAtMs);
          try {
            if (opened === undefined) throw dryRun();
            const sealed = encryptBy(destination.open, to, opened.plaintext, runAtMs, context.random);
            if (input.DryRun === true) throw dryRun();
            return {
              value: {
                CiphertextBlob: sealed.ciphertext,
                SourceKeyId: source.resolved.arn,
                KeyId: destination.arn,
                SourceEncryptionAlgorithm: from.algorithm,
                DestinationEncryptionAlgorithm: to.algorithm,
                SourceKeyMaterialId: materialIdOf(source.resolved.open, opened.version),
                DestinationKeyMaterialId: materialIdOf(destination.open, sealed.version),
              },
            };
          } finally {
            wipe(opened?.plaintext);
          }
        },
      })),
    );
  },
};

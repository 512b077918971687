import { wipe } from '../../../bytes/bytes.ts';
import { encrypt } from '../../../keys/use.ts';
import { andThen } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { Operation } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { requireAlgorithm } from './algorithm.ts';
import { aadOf, contextDetails } from './encryption-context.ts';
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
    const sourceAad = aadOf(input.SourceEncryptionContext);
    const destinationAad = aadOf(input.DestinationEncryptionContext);
    const request = {
      ciphertext: input.CiphertextBlob,
      keyId: input.SourceKeyId,
      keyMember: 'SourceKeyId',
      algorithm: input.SourceEncryptionAlgorithm,
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
          requireAlgorithm(destination.open, input.DestinationEncryptionAlgorithm, runAtMs);
          const opened = source.open(sourceAad, runAtMs);
          try {
            if (opened === undefined || input.DryRun === true) throw dryRun();
            const to = encrypt(destination.open, opened.plaintext, destinationAad, runAtMs, context.random);
            return {
              value: {
                CiphertextBlob: to.ciphertext,
                SourceKeyId: source.resolved.arn,
                KeyId: destination.arn,
                SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
                DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
                SourceKeyMaterialId: opened.version.materialId,
                DestinationKeyMaterialId: to.version.materialId,
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

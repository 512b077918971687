import { wipe } from '../../../bytes/bytes.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
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
      operation: 'ReEncrypt',
      cipher: from,
      dryRun: input.DryRun,
      modifiers: input.DryRunModifiers,
    } as const;
    return andThen(findSource(context, request, nowMs), (source) =>
      andThen(resolveKey(context, input.DestinationKeyId, ANY_FORM, nowMs), (destination) => ({
        targets: [targetOf('kms:ReEncryptFrom', source.resolved), targetOf('kms:ReEncryptTo', destination)],
        details: {
          destinationEncryptionAlgorithm: to.algorithm,
          destinationEncryptionContext: contextDetails(input.DestinationEncryptionContext),
          sourceEncryptionAlgorithm: from.algorithm,
          sourceEncryptionContext: contextDetails(input.SourceEncryptionContext),
        },
        run(runAtMs) {
          requireCipher(destination.open, to, runAtMs);
          return andThen(source.open(runAtMs), (opened) => {
            if (opened === undefined) throw dryRun();
            const { plaintext, version } = opened;
            return wipingAfter(plaintext, () =>
              andThen(encryptBy(context, 'ReEncrypt', destination, to, plaintext, runAtMs), (sealed) => {
                if (input.DryRun === true) throw dryRun();
                return {
                  value: {
                    CiphertextBlob: sealed.ciphertext,
                    SourceKeyId: source.resolved.arn,
                    KeyId: destination.arn,
                    SourceEncryptionAlgorithm: from.algorithm,
                    DestinationEncryptionAlgorithm: to.algorithm,
                    SourceKeyMaterialId: materialIdOf(source.resolved.open, version),
                    DestinationKeyMaterialId: materialIdOf(destination.open, sealed.version),
                  },
                };
              }),
            );
          });
        },
      })),
    );
  },
};

/** Wipes a secret when what is made of it is there, or has failed. */
function wipingAfter<Value>(secret: Buffer, make: () => MaybePromise<Value>): MaybePromise<Value> {
  let isPending = false;
  try {
    const made = make();
    if (!(made instanceof Promise)) return made;
    isPending = true;
    return made.finally(() => wipe(secret));
  } finally {
    if (!isPending) wipe(secret);
  }
}

import { wipe } from '../../../bytes/bytes.ts';
import { generateDataKey as generate, requireSymmetric, type DataKey, type Encrypted } from '../../../keys/use.ts';
import type { Act } from '../../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import { generateDataKeyExternally } from '../../../keys/use-external.ts';
import type { DataKeySpec, OperationName } from '../model.gen.ts';
import type { Input, OperationContext } from '../operation.ts';
import { resolveKey, targetOf, type ResolvedKey } from '../resolve.ts';
import { materialIdOf } from './cipher.ts';
import { aadOf, detailsOf } from './encryption-context.ts';
import { externalOf } from './external.ts';
import { dryRun, validationError } from './refusals.ts';

const LENGTHS: Record<DataKeySpec, number> = { AES_128: 16, AES_256: 32 };

type DataKeyInput = Input<'GenerateDataKeyWithoutPlaintext'>;
type Generated = Encrypted & { readonly dataKey: DataKey };

/** What both operations that make a data key do; they differ in what they answer of it. */
export function dataKeyAct<Value>(
  context: OperationContext,
  action: string,
  input: DataKeyInput,
  nowMs: number,
  answer: (generated: Generated, resolved: ResolvedKey) => Value,
): MaybePromise<Act<Value>> {
  const length = lengthOf(input);
  const aad = aadOf(input.EncryptionContext);
  return andThen(resolveKey(context, input.KeyId, ANY_FORM, nowMs), (resolved) => ({
    targets: [targetOf(action, resolved)],
    ...detailsOf(input.EncryptionContext),
    run(runAtMs) {
      if (input.DryRun === true) {
        requireSymmetric(resolved.open.key, runAtMs);
        throw dryRun();
      }
      const made = generateBy(context, action, resolved, length, aad, runAtMs);
      return andThen(made, (generated) => ({
        value: answer(generated, resolved),
        keyVersion: generated.version.id,
      }));
    },
  }));
}

/** Makes a data key. A promise where half of the key is elsewhere. */
function generateBy(
  context: OperationContext,
  action: string,
  resolved: ResolvedKey,
  length: number,
  aad: Buffer,
  nowMs: number,
): MaybePromise<Generated> {
  const { open } = resolved;
  if (open.key.keyStore === undefined) return generate(open, length, aad, nowMs, context.random);
  const external = externalOf(context, action.slice('kms:'.length) as OperationName, resolved);
  return generateDataKeyExternally(open, length, aad, nowMs, context.random, external);
}

/** In bytes. Exactly one of the two members says it. */
function lengthOf({ KeySpec, NumberOfBytes }: DataKeyInput): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw validationError('Please specify either number of bytes or key spec.');
  }
  return KeySpec === undefined ? (NumberOfBytes as number) : LENGTHS[KeySpec];
}

/** The answer that keeps the data key back. */
export function withoutPlaintext({ ciphertext, version, dataKey }: Generated, { arn, open }: ResolvedKey) {
  wipe(dataKey);
  return { CiphertextBlob: ciphertext, KeyId: arn, KeyMaterialId: materialIdOf(open, version) };
}

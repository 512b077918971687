import { wipe } from '../../../bytes/bytes.ts';
import { generateDataKey as generate, requireSymmetric, type DataKey, type Encrypted } from '../../../keys/use.ts';
import type { Act } from '../../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { DataKeySpec } from '../model.gen.ts';
import type { Input, OperationContext } from '../operation.ts';
import { resolveKey, targetOf, type ResolvedKey } from '../resolve.ts';
import { aadOf, detailsOf } from './encryption-context.ts';
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
      const generated = generate(resolved.open, length, aad, runAtMs, context.random);
      return { value: answer(generated, resolved), keyVersion: generated.version.id };
    },
  }));
}

/** In bytes. Exactly one of the two members says it. */
function lengthOf({ KeySpec, NumberOfBytes }: DataKeyInput): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw validationError('Please specify either number of bytes or key spec.');
  }
  return KeySpec === undefined ? (NumberOfBytes as number) : LENGTHS[KeySpec];
}

/** The answer that keeps the data key back. */
export function withoutPlaintext({ ciphertext, version, dataKey }: Generated, { arn }: ResolvedKey) {
  wipe(dataKey);
  return { CiphertextBlob: ciphertext, KeyId: arn, KeyMaterialId: version.materialId };
}

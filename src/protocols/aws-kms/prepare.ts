import type { Act } from '../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { OperationName } from './model.gen.ts';
import { checkGrantTokens } from './grant-tokens.ts';
import { notImplemented, type Operation, type OperationContext } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { answerRecipient } from './recipient.ts';
import { withRequestContext } from './request-context.ts';

/** An input whose operation is not known to the compiler any more. */
export type AnyInput = Readonly<Record<string, unknown>>;

/**
 * What every operation has around it, in this order: its grant tokens are checked, it finds its keys, conditions of
 * policies are given what they may ask for, and a secret that is meant for an attested recipient leaves encrypted.
 */
export function prepareOperation(
  context: OperationContext,
  name: OperationName,
  input: AnyInput,
  nowMs: number,
): MaybePromise<Act<unknown>> {
  const row = OPERATIONS[name];
  if (row === 'not-implemented') throw notImplemented(name);
  // The table pairs each name with its own operation; the compiler cannot follow that through a variable.
  const operation = row as unknown as Operation<'Encrypt'>;
  return andThen(checkGrantTokens(context, input), () =>
    andThen(
      answerRecipient(context, name, input, nowMs, () => operation.prepare(context, input as never, nowMs)),
      (act) => withRequestContext(context, name, input, act),
    ),
  );
}

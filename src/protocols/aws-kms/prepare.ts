import type { Act } from '../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { OperationName } from './model.gen.ts';
import { checkGrantTokens } from './grant-tokens.ts';
import { notImplemented, type Operation, type OperationContext } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { answeredTo, recipientOf } from './recipient.ts';
import { withRequestContext } from './request-context.ts';

/** An input whose operation is not known to the compiler any more. */
export type AnyInput = Readonly<Record<string, unknown>>;

/**
 * What every operation has around it, in this order: its grant tokens and its recipient are checked, it finds its keys,
 * a secret that is meant for an attested recipient leaves encrypted, and conditions of policies are given what they may
 * ask for.
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
  return andThen(checkGrantTokens(context, input), () => {
    const recipient = recipientOf(context, input, nowMs);
    const attested = recipient === undefined ? context : { ...context, recipient };
    return andThen(operation.prepare(attested, input as never, nowMs), (act) =>
      withRequestContext(attested, name, input, recipient === undefined ? act : answeredTo(recipient, name, act)),
    );
  });
}

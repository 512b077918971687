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
    if (recipient === undefined) return prepared(context, operation, name, input, nowMs);
    return recipient.then((found) => {
      const attested = { ...context, recipient: found };
      return andThen(operation.prepare(attested, input as never, nowMs), (act) =>
        withRequestContext(attested, name, input, answeredTo(found, name, act)),
      );
    });
  });
}

function prepared(
  context: OperationContext,
  operation: Operation<'Encrypt'>,
  name: OperationName,
  input: AnyInput,
  nowMs: number,
): MaybePromise<Act<unknown>> {
  return andThen(operation.prepare(context, input as never, nowMs), (act) =>
    withRequestContext(context, name, input, act),
  );
}

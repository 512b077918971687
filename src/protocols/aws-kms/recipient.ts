import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { OperationName } from './model.gen.ts';
import type { OperationContext } from './operation.ts';
import { refuseMember } from './operations/refusals.ts';
import type { AnyInput } from './prepare.ts';

/** Where a request names an attested recipient, its answer's secret is for that recipient alone. */
export function answerRecipient(
  _context: OperationContext,
  _name: OperationName,
  { Recipient }: AnyInput,
  _nowMs: number,
  prepare: () => MaybePromise<Act<unknown>>,
): MaybePromise<Act<unknown>> {
  refuseMember('Recipient', Recipient);
  return prepare();
}

import type { Act } from '../../pipeline/act.ts';
import type { OperationName } from './model.gen.ts';
import type { OperationContext } from './operation.ts';
import type { AnyInput } from './prepare.ts';

/** Gives each target of an act what conditions of policies may ask about this request. */
export function withRequestContext(
  _context: OperationContext,
  _name: OperationName,
  _input: AnyInput,
  act: Act<unknown>,
): Act<unknown> {
  return act;
}

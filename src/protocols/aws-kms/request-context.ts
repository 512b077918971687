import type { RequestContext } from '../../access/request.ts';
import type { Act } from '../../pipeline/act.ts';
import type { OperationName } from './model.gen.ts';
import type { OperationContext } from './operation.ts';
import type { AnyInput } from './prepare.ts';

/** Which member of an input holds the encryption context that a permission is about. */
const CONTEXT_MEMBERS: Readonly<Record<string, string>> = {
  'kms:ReEncryptFrom': 'SourceEncryptionContext',
  'kms:ReEncryptTo': 'DestinationEncryptionContext',
};

/** Gives each target of an act what conditions of policies may ask about this request. */
export function withRequestContext(
  _context: OperationContext,
  _name: OperationName,
  input: AnyInput,
  act: Act<unknown>,
): Act<unknown> {
  if (!act.targets.some(({ action }) => input[memberOf(action)] !== undefined)) return act;
  return { ...act, targets: act.targets.map((target) => withContext(target, input)) };
}

function withContext(target: Act<unknown>['targets'][number], input: AnyInput): Act<unknown>['targets'][number] {
  const encryptionContext = input[memberOf(target.action)] as RequestContext['encryptionContext'];
  if (encryptionContext === undefined) return target;
  return { ...target, context: { values: () => undefined, encryptionContext } };
}

function memberOf(action: string): string {
  return CONTEXT_MEMBERS[action] ?? 'EncryptionContext';
}

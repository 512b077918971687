import type { Evaluation } from './evaluation.ts';
import { foldName } from './fold-name.ts';
import { foldedContext } from './folded-context.ts';
import { compilePattern } from './pattern.ts';
import type { GrantedRight } from './request.ts';

/** Why a right that a grant gives does not cover a request. */
export type GrantMismatch = 'action' | 'encryption-context' | 'source-arn';

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * Why a right does not cover an action (in lower case); `undefined` where it does (AWS KMS developer guide, "Grants":
 * grant constraints).
 *
 * @throws {TooCostlyError}
 */
export function grantMismatchOf(
  right: GrantedRight,
  action: string,
  evaluation: Evaluation,
): GrantMismatch | undefined {
  if (!right.actions.includes(action)) return 'action';
  const { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn } = right;
  if (sourceArn !== undefined && !isOnBehalfOf(sourceArn, evaluation)) return 'source-arn';
  if (equals === undefined && subset === undefined) return undefined;
  evaluation.step((equals?.size ?? 0) + (subset?.size ?? 0));
  const given = evaluation.encryptionContext() ?? NOTHING;
  const isWhole = equals === undefined || (given.size === equals.size && contains(given, equals));
  return isWhole && (subset === undefined || contains(given, subset)) ? undefined : 'encryption-context';
}

/** Names are compared without case, values with. */
function contains(given: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  const folded = foldedContext(given);
  for (const [name, value] of wanted) if (folded.get(foldName(name))?.includes(value) !== true) return false;
  return true;
}

function isOnBehalfOf(sourceArn: string, evaluation: Evaluation): boolean {
  const source = evaluation.single('aws:sourcearn');
  return (
    source !== undefined && compilePattern(sourceArn, { hasVariables: false, needs: new Set() })(source, evaluation)
  );
}

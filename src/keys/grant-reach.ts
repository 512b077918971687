import { foldName } from '../access/fold-name.ts';
import type { ContextPairs, Grant, GrantConstraints } from './grant.ts';

/**
 * Whether one grant reaches no further than another: whoever may make grants by a grant alone may hand on no more than
 * that grant gives (AWS KMS developer guide, "Granting CreateGrant permission").
 */
export function isWithin(
  grant: Pick<Grant, 'operations' | 'constraints'>,
  other: Pick<Grant, 'operations' | 'constraints'>,
): boolean {
  return (
    grant.operations.every((operation) => other.operations.includes(operation)) &&
    isAsStrict(grant.constraints, other.constraints)
  );
}

function isAsStrict(own: GrantConstraints, other: GrantConstraints): boolean {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn } = other;
  if (sourceArn !== undefined && own.sourceArn !== sourceArn) return false;
  const ownEquals = own.encryptionContextEquals;
  if (equals !== undefined && !(ownEquals && ownEquals.length === equals.length && contains(ownEquals, equals))) {
    return false;
  }
  if (subset === undefined) return true;
  return [ownEquals, own.encryptionContextSubset].some((pairs) => pairs !== undefined && contains(pairs, subset));
}

/** Names are compared without case, values with it. */
function contains(pairs: ContextPairs, wanted: ContextPairs): boolean {
  const values = new Map(pairs.map(([name, value]) => [foldName(name), value]));
  return wanted.every(([name, value]) => values.get(foldName(name)) === value);
}

import type { AccessRequest, GrantedRight, RequestContext } from './request.ts';

/**
 * Whether a right that a grant gives covers a request (AWS KMS developer guide, "Grants": grant constraints). Names of
 * the encryption context are compared without case, values with it.
 */
export function isGranted(
  right: GrantedRight,
  { action, context }: Pick<AccessRequest, 'action' | 'context'>,
): boolean {
  if (!right.actions.includes(action.toLowerCase())) return false;
  const { encryptionContextEquals: equals, encryptionContextSubset: subset, sourceArn } = right;
  if (sourceArn !== undefined && !(context?.values('aws:sourcearn') ?? []).includes(sourceArn)) return false;
  const given = context?.encryptionContext;
  if (equals !== undefined && !(given?.size === equals.size && holds(given, equals))) return false;
  return subset === undefined || holds(given, subset);
}

function holds(given: RequestContext['encryptionContext'], wanted: ReadonlyMap<string, string>): boolean {
  const pairs = [...(given ?? [])].map(([name, value]) => [name.toLowerCase(), value] as const);
  return [...wanted].every(([name, value]) =>
    pairs.some((pair) => pair[0] === name.toLowerCase() && pair[1] === value),
  );
}

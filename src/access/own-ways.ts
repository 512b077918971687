import { evaluate } from './evaluate.ts';
import { parsePolicy } from './policy.ts';
import type { AccessRequest } from './request.ts';

/** What lets whoever may do it take further rights on a key. */
export const OWN_WAYS = ['kms:PutKeyPolicy', 'kms:CreateGrant'] as const;
export type OwnWay = (typeof OWN_WAYS)[number];

/**
 * By which acts a subject that is refused something on a key could let itself do it: those that it may do, and after
 * which the evaluator would allow what it refuses now. So a Deny that the key's policy does not hold, a session's bounds
 * and a credential's scopes shut them, and a Deny in the key's policy leaves the first alone.
 *
 * @param isGrantable whether grants on this key can give the action
 */
export function ownWays(request: AccessRequest, isGrantable: boolean): readonly OwnWay[] {
  const { key, subject, action, grants = [] } = request;
  if (key === undefined || key.accountId !== subject.accountId || evaluate(request).allowed) return [];
  const given = { grantId: '', actions: [action.toLowerCase()] };
  const after: Record<OwnWay, () => AccessRequest | undefined> = {
    'kms:PutKeyPolicy': () => ({ ...request, key: { ...key, policy: allowing(subject.arn) } }),
    'kms:CreateGrant': () => (isGrantable ? { ...request, grants: [...grants, given] } : undefined),
  };
  return OWN_WAYS.filter((way) => {
    const then = after[way]();
    return then !== undefined && evaluate({ ...request, action: way }).allowed && evaluate(then).allowed;
  });
}

/** A key policy that names a principal itself, and nobody else. */
function allowing(arn: string) {
  const statement = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:*', Resource: '*' };
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), 'key');
}

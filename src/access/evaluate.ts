import { isGranted } from './grants.ts';
import { matchesPattern } from './pattern.ts';
import type { Statement } from './policy.ts';
import type { AccessRequest, Subject } from './request.ts';

/** The outcome and the reason that goes into the audit entry and to `access explain`. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason:
    | 'denied-by-key-policy'
    | 'denied-by-identity-policy'
    | 'allowed-by-key-policy'
    | 'allowed-by-identity-policy'
    | 'allowed-as-root'
    | 'allowed-by-grant'
    | 'denied-by-session-policy'
    | 'not-allowed-by-session-policy'
    | 'no-statement-allows';
  readonly sid?: string | undefined;
}

/**
 * Decides one request (AWS KMS developer guide, "Key policies" and IAM policy evaluation): an explicit Deny wins;
 * a key's policy allows a principal that it names; where it names the account (`:root`), the principal's own
 * policies decide; across accounts both must allow; everything else is refused.
 */
export function evaluate(request: AccessRequest): Decision {
  const { subject, key } = request;
  const ownStatements = subject.policies.flatMap((policy) => policy.statements);
  const own = ownStatements.filter((statement) => covers(statement, request));
  const ofKey = key?.policy.statements.filter((statement) => covers(statement, request)) ?? [];
  const named = ofKey.filter((statement) => statement.principals.some((name) => names(name, subject)));
  const delegated = ofKey.filter((statement) =>
    statement.principals.some((name) => isAccount(name, subject.accountId)),
  );

  const keyDeny = [...named, ...delegated].find(isDeny);
  if (keyDeny) return decision(false, 'denied-by-key-policy', keyDeny);
  const ownDeny = own.find(isDeny);
  if (ownDeny) return decision(false, 'denied-by-identity-policy', ownDeny);

  const isRoot = isAccount(subject.arn, subject.accountId);
  const ownAllow = own.find(isAllow);
  const ownAllows = isRoot || ownAllow !== undefined;
  if (key === undefined) {
    if (isRoot) return decision(true, 'allowed-as-root');
    return ownAllow ? decision(true, 'allowed-by-identity-policy', ownAllow) : decision(false, 'no-statement-allows');
  }

  const namedAllow = named.find(isAllow);
  if (namedAllow && (key.accountId === subject.accountId || ownAllows)) {
    return decision(true, 'allowed-by-key-policy', namedAllow);
  }
  if (delegated.some(isAllow) && ownAllows) {
    return isRoot ? decision(true, 'allowed-as-root') : decision(true, 'allowed-by-identity-policy', ownAllow);
  }
  const isByGrant = request.grants?.some(
    (right) => isGranted(right, request) && (right.toAccount !== true || ownAllows),
  );
  if (isByGrant === true) return decision(true, 'allowed-by-grant');
  return decision(false, 'no-statement-allows');
}

function covers(statement: Statement, { action, resource }: AccessRequest): boolean {
  const lowerCase = action.toLowerCase();
  return (
    statement.actions.some((pattern) => matchesPattern(pattern, lowerCase)) &&
    statement.resources.some((pattern) => matchesPattern(pattern, resource))
  );
}

/** Whether a principal of a statement is the subject itself (or everybody), not merely its account. */
function names(principal: string, subject: Subject): boolean {
  return principal === '*' || principal === subject.arn;
}

const ROOT_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;

/** Whether a principal of a statement, or a subject, is the account as a whole. */
function isAccount(principal: string, accountId: string): boolean {
  return principal === accountId || ROOT_ARN.exec(principal)?.[1] === accountId;
}

const isDeny = (statement: Statement): boolean => statement.effect === 'Deny';
const isAllow = (statement: Statement): boolean => statement.effect === 'Allow';

function decision(allowed: boolean, reason: Decision['reason'], statement?: Statement): Decision {
  return { allowed, reason, sid: statement?.sid };
}

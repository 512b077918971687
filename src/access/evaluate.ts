import { Evaluation, TooCostlyError } from './evaluation.ts';
import { grantMismatchOf } from './grants.ts';
import type { AccessPolicy } from './policy.ts';
import { isRoot, meaningOf, type Meaning } from './principals.ts';
import type { AccessRequest, Scope } from './request.ts';
import { mismatchOf, type Statement } from './statement.ts';

/** Why a request is allowed or not. */
export type Reason =
  | 'denied-by-key-policy'
  | 'denied-by-identity-policy'
  | 'denied-by-session-policy'
  | 'denied-by-scope'
  | 'allowed-by-key-policy'
  | 'allowed-by-identity-policy'
  | 'allowed-as-root'
  | 'allowed-by-grant'
  | 'not-allowed-by-session-policy'
  | 'not-allowed-by-scope'
  | 'no-statement-allows'
  /** As the one before; the user has a policy that may allow it, and the credential no part in that. */
  | 'issued-before-appointment'
  | 'too-costly';

/** The outcome and the reason that goes into the audit entry and to `access explain`. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** Of the statement that decided. */
  readonly sid?: string | undefined;
  /** Of the grant that decided. */
  readonly grantId?: string;
  /** Where scopes decided: the names of those that deny, or of all, since none allows. */
  readonly scopes?: readonly string[];
  /** Something about the request beyond subject, action and resource was looked at: another one may fare differently. */
  readonly isConditional: boolean;
}

/**
 * Decides one request (AWS KMS developer guide, "Key policies"; IAM user guide, "Policy evaluation logic"):
 *
 * 1. An explicit Deny wins, in the key's policy, in the subject's own, in those of its session.
 * 2. A key's policy allows whom it names; where it names the account, the subject's own policies decide.
 * 3. Across accounts both must allow. Services have no policies of their own.
 * 4. The policies of a session must allow too, but where the key's policy names this very session.
 * 5. A grant allows by itself; one to an account, those whose own policies allow.
 * 6. Where the subject's credential is bounded by scopes, they must allow besides, whoever else allows: also where the
 *    key's policy names the subject itself, and for the account's root.
 * 7. Everything else is refused; also what would cost too much to decide.
 */
export function evaluate(request: AccessRequest): Decision {
  const evaluation = new Evaluation(request.context);
  try {
    return decide(request, evaluation);
  } catch (error) {
    if (!(error instanceof TooCostlyError)) throw error;
    return { allowed: false, reason: 'too-costly', isConditional: true };
  }
}

function decide(request: AccessRequest, evaluation: Evaluation): Decision {
  const { subject, key, resource } = request;
  const action = request.action.toLowerCase();
  const outcome = (allowed: boolean, reason: Reason, statement?: Statement): Decision => ({
    allowed,
    reason,
    sid: statement?.sid,
    isConditional: evaluation.hasAsked,
  });

  const byMeaning: Partial<Record<Meaning, Statement>> = {};
  for (const statement of key?.policy.statements ?? []) {
    const meaning = statement.principals && meaningOf(statement.principals, subject);
    if (meaning === undefined || mismatchOf(statement, action, resource, evaluation) !== undefined) continue;
    if (statement.effect === 'Deny') return outcome(false, 'denied-by-key-policy', statement);
    byMeaning[meaning] ??= statement;
  }
  const own = firstOf(subject.policies, action, resource, evaluation);
  if (own?.effect === 'Deny') return outcome(false, 'denied-by-identity-policy', own);
  const session = subject.sessionPolicies && firstOf(subject.sessionPolicies, action, resource, evaluation);
  if (session?.effect === 'Deny') return outcome(false, 'denied-by-session-policy', session);

  const { scopes = [] } = subject;
  if (scopes.length > 0) {
    const scope = firstOf(scopes, action, resource, evaluation);
    if (scope === undefined) return { ...outcome(false, 'not-allowed-by-scope'), scopes: namesOf(scopes) };
    if (scope.effect === 'Deny') {
      const denying = scopes.filter(({ statements }) => statements.includes(scope));
      return { ...outcome(false, 'denied-by-scope', scope), scopes: namesOf(denying) };
    }
  }

  const isRootItself = isRoot(subject);
  const ownAllows = isRootItself || own !== undefined;
  const isLimited = subject.sessionPolicies !== undefined && subject.sessionPolicies.length > 0 && !session;
  const unlessLimited = (allowed: Decision) => (isLimited ? outcome(false, 'not-allowed-by-session-policy') : allowed);
  const byOwn = () =>
    unlessLimited(isRootItself ? outcome(true, 'allowed-as-root') : outcome(true, 'allowed-by-identity-policy', own));

  if (key === undefined) return ownAllows ? byOwn() : outcome(false, 'no-statement-allows');

  const { self, service, broad, account } = byMeaning;
  const isOwnAccount = key.accountId === subject.accountId;
  if (service) return outcome(true, 'allowed-by-key-policy', service);
  if (self && isOwnAccount) return outcome(true, 'allowed-by-key-policy', self);
  const named = self ?? broad;
  if (named && (isOwnAccount || ownAllows)) return unlessLimited(outcome(true, 'allowed-by-key-policy', named));
  if (account && ownAllows) return byOwn();
  for (const right of request.grants ?? []) {
    if (right.toAccount === true && !ownAllows) continue;
    if (grantMismatchOf(right, action, evaluation) !== undefined) continue;
    return unlessLimited({ ...outcome(true, 'allowed-by-grant'), grantId: right.grantId });
  }
  return outcome(false, 'no-statement-allows');
}

function namesOf(scopes: readonly Scope[]): string[] {
  return scopes.map(({ name }) => name);
}

/** The first statement that denies a request; if none does, the first that allows it. */
function firstOf(
  policies: readonly AccessPolicy[],
  action: string,
  resource: string,
  evaluation: Evaluation,
): Statement | undefined {
  let allowing: Statement | undefined;
  for (const { statements } of policies) {
    for (const statement of statements) {
      // What allows already needs no second look.
      if (statement.effect === 'Allow' && allowing) continue;
      if (mismatchOf(statement, action, resource, evaluation) !== undefined) continue;
      if (statement.effect === 'Deny') return statement;
      allowing = statement;
    }
  }
  return allowing;
}

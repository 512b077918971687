import type { Clause } from './condition.ts';
import { evaluate, type Decision } from './evaluate.ts';
import { Evaluation, TooCostlyError } from './evaluation.ts';
import { foldName } from './fold-name.ts';
import { grantMismatchOf, type GrantMismatch } from './grants.ts';
import type { AccessPolicy } from './policy.ts';
import { isRoot, meaningOf } from './principals.ts';
import type { AccessRequest, GrantedRight } from './request.ts';
import { mismatchOf, type Mismatch, type Statement } from './statement.ts';

/** Where a statement stands. */
export type PolicySource = 'key-policy' | 'identity-policy' | 'session-policy' | 'scope';

/** One statement that was looked at. */
export interface StatementTrace {
  readonly source: PolicySource;
  /** Which policy of that source, from 1. */
  readonly policy: number;
  /** Which statement of the policy, from 1. */
  readonly statement: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly matched: boolean;
  /** Why it is not about the request. */
  readonly because?: 'principal' | Mismatch | 'too-costly';
  /** The same in words; of a statement that is about the request, what held, and what an Allow leaves to others. */
  readonly detail?: string;
}

/** One grant that was looked at. */
export interface GrantTrace {
  readonly grantId: string;
  readonly matched: boolean;
  readonly because?: GrantMismatch | 'too-costly';
}

/** A decision with all that it rests on. */
export interface Explanation {
  readonly decision: Decision;
  readonly statements: readonly StatementTrace[];
  readonly grants: readonly GrantTrace[];
}

/**
 * The same decision as {@link evaluate}, and what came of every statement and grant: all of them together cost no more
 * than one decision may.
 */
export function explain(request: AccessRequest): Explanation {
  const { subject, key, grants = [] } = request;
  const evaluation = new Evaluation(request.context);
  return {
    decision: evaluate(request),
    statements: [
      ...tracesOf(request, evaluation, 'key-policy', key ? [key.policy] : []),
      ...tracesOf(request, evaluation, 'identity-policy', subject.policies),
      ...tracesOf(request, evaluation, 'session-policy', subject.sessionPolicies ?? []),
      ...tracesOf(request, evaluation, 'scope', subject.scopes ?? []),
    ],
    grants: grants.map((right) => grantTrace(request, evaluation, right)),
  };
}

function tracesOf(
  request: AccessRequest,
  evaluation: Evaluation,
  source: PolicySource,
  policies: readonly AccessPolicy[],
): StatementTrace[] {
  return policies.flatMap(({ statements }, policy) =>
    statements.map((statement, index) => ({
      source,
      policy: policy + 1,
      statement: index + 1,
      sid: statement.sid,
      effect: statement.effect,
      ...outcomeOf(statement, request, evaluation),
    })),
  );
}

function outcomeOf(
  statement: Statement,
  { subject, action, resource }: AccessRequest,
  evaluation: Evaluation,
): Pick<StatementTrace, 'matched' | 'because' | 'detail'> {
  const meaning = statement.principals && meaningOf(statement.principals, subject);
  if (statement.principals && meaning === undefined) {
    return { matched: false, because: 'principal', detail: 'it does not name the principal' };
  }
  try {
    const because = mismatchOf(statement, action.toLowerCase(), resource, evaluation);
    if (because === undefined) {
      const held = statement.conditions.map((clause) => told(clause, evaluation));
      const isLeft = meaning === 'account' && statement.effect === 'Allow' && !isRoot(subject);
      const detail = [...(isLeft ? ['it leaves it to the policies of who asks'] : []), ...held].join('; ');
      return { matched: true, ...(detail !== '' && { detail }) };
    }
    return { matched: false, because, detail: DETAILS[because](statement, evaluation) };
  } catch (error) {
    return { matched: false, ...costing(error) };
  }
}

function costing(error: unknown): { readonly because: 'too-costly'; readonly detail: string } {
  if (!(error instanceof TooCostlyError)) throw error;
  return { because: 'too-costly', detail: error.message };
}

const DETAILS: Record<Mismatch, (statement: Statement, evaluation: Evaluation) => string> = {
  action: ({ actions }) => `it is about ${selected(actions)}`,
  resource: ({ resources }) => `it is about ${selected(resources)}`,
  variable: ({ needs }, evaluation) => {
    const missing = needs.filter((key) => evaluation.single(key) === undefined);
    return `the request has not one value for ${missing.join(', ')}, for which a variable stands`;
  },
  condition: ({ conditions }, evaluation) =>
    conditions
      .filter((clause) => !clause.holds(evaluation))
      .map((clause) => told(clause, evaluation))
      .join('; '),
};

function told({ operator, key, values }: Clause, evaluation: Evaluation): string {
  const has = evaluation.values(foldName(key));
  return `${operator} ${key} ${listed(values)}: the request ${has === undefined ? 'has none' : `has ${listed(has)}`}`;
}

function selected({ patterns, isNegated }: Statement['actions']): string {
  if (patterns.length === 0) return 'nothing';
  return `${isNegated ? 'all but ' : ''}${listed(patterns)}`;
}

const MAX_LISTED = 10;

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MAX_LISTED).map((value) => JSON.stringify(value.slice(0, 256)));
  return `${shown.join(', ')}${values.length > MAX_LISTED ? `, and ${values.length - MAX_LISTED} more` : ''}`;
}

function grantTrace({ action }: AccessRequest, evaluation: Evaluation, right: GrantedRight): GrantTrace {
  const { grantId } = right;
  try {
    const because = grantMismatchOf(right, action.toLowerCase(), evaluation);
    return { grantId, matched: because === undefined, ...(because !== undefined && { because }) };
  } catch (error) {
    return { grantId, matched: false, because: costing(error).because };
  }
}

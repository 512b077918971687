import { parseCondition, type Clause } from './condition.ts';
import type { Evaluation } from './evaluation.ts';
import { compilePattern, type Matcher } from './pattern.ts';
import { malformed, printable } from './policy-error.ts';
import type { PolicyKind } from './policy.ts';
import { parsePrincipals, type Principals } from './principals.ts';
import type { Language } from './template.ts';

/** Actions or resources that a statement is about; or, negated, all others. */
export interface Selection {
  readonly patterns: readonly string[];
  readonly matchers: readonly Matcher[];
  readonly isNegated: boolean;
}

/** A statement of an access policy, compiled. */
export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in the policy of a principal: it is about whoever has it. */
  readonly principals: Principals | undefined;
  readonly actions: Selection;
  readonly resources: Selection;
  /** Condition keys that must have one value each, because a variable stands for it. In lower case. */
  readonly needs: readonly string[];
  readonly conditions: readonly Clause[];
}

/** Why a statement is not about a request. */
export type Mismatch = 'action' | 'resource' | 'variable' | 'condition';

const MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const;
const KNOWN: ReadonlySet<string> = new Set(MEMBERS);
type Members = ReadonlyMap<string, unknown>;

/** A service and its action, with wildcards; or all actions of all services. */
const ACTION = /^(?:\*|[\w*?-]+:[\w*?]+)$/;

/** @throws {PolicyError} `malformed` */
export function parseStatement(members: Members, kind: PolicyKind, hasVariables: boolean): Statement {
  for (const member of members.keys()) {
    if (!KNOWN.has(member)) throw malformed(`a statement has an unknown member "${printable(member)}"`);
  }
  const effect = members.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Effect must be "Allow" or "Deny"');
  const sid = members.get('Sid');
  if (sid !== undefined && typeof sid !== 'string') throw malformed('Sid must be a string');
  const language: Language = { hasVariables, needs: new Set() };
  const conditions = parseCondition(members.get('Condition'), language);
  const resources = kind === 'trust' ? roleItself(members) : selection(members, 'Resource', language);
  return {
    sid,
    effect,
    principals: principalsOf(members, kind, effect),
    actions: actionsOf(members),
    resources,
    needs: [...language.needs],
    conditions,
  };
}

function principalsOf(members: Members, kind: PolicyKind, effect: string): Principals | undefined {
  const isNegated = members.has('NotPrincipal');
  if (kind === 'identity') {
    if (isNegated || members.has('Principal')) throw malformed('a policy of a principal names no Principal');
    return undefined;
  }
  if (isNegated && members.has('Principal')) throw malformed('a statement has either Principal or NotPrincipal');
  // It would allow everybody else in the world.
  if (isNegated && effect === 'Allow') throw malformed('NotPrincipal can only be used with the Effect "Deny"');
  return parsePrincipals(members.get(isNegated ? 'NotPrincipal' : 'Principal'), isNegated);
}

/** Compared without case, so all in lower case. A variable has no place in them. */
function actionsOf(members: Members): Selection {
  const found = selection(lowerCased(members), 'Action', { hasVariables: false, needs: new Set() });
  const stranger = found.patterns.find((pattern) => !ACTION.test(pattern));
  if (stranger === undefined) return found;
  throw malformed(`"${printable(stranger)}" is not an action: "kms:Encrypt", "kms:*" and "*" are`);
}

function lowerCased(members: Members): Members {
  const lower = (value: unknown): unknown =>
    typeof value === 'string' ? value.toLowerCase() : Array.isArray(value) ? value.map(lower) : value;
  return new Map(['Action', 'NotAction'].map((member) => [member, lower(members.get(member))]));
}

/** A role's trust policy is about the role that has it. */
function roleItself(members: Members): Selection {
  if (members.has('Resource') || members.has('NotResource'))
    throw malformed('a trust policy names no Resource: the role is the resource');
  return { patterns: ['*'], matchers: [() => true], isNegated: false };
}

/** Without either member a statement is accepted and about nothing, as on AWS. */
function selection(members: Members, member: 'Action' | 'Resource', language: Language): Selection {
  const negated = members.get(`Not${member}`);
  const isNegated = negated !== undefined;
  if (isNegated && members.get(member) !== undefined)
    throw malformed(`a statement has either ${member} or Not${member}`);
  const patterns = stringsOf(isNegated ? negated : members.get(member), member);
  if (isNegated && patterns.length === 0) throw malformed(`Not${member} must name something`);
  return { patterns, matchers: patterns.map((pattern) => compilePattern(pattern, language)), isNegated };
}

function stringsOf(value: unknown, member: string): readonly string[] {
  const list: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.every((one) => typeof one === 'string')) return list as string[];
  throw malformed(`${member} must be a string or a list of strings`);
}

/**
 * Why a statement is not about an action on a resource; `undefined` where it is. What is the same for every request
 * comes first. `action` is in lower case.
 */
export function mismatchOf(
  statement: Statement,
  action: string,
  resource: string,
  evaluation: Evaluation,
): Mismatch | undefined {
  if (!selects(statement.actions, action, evaluation)) return 'action';
  for (const key of statement.needs) if (evaluation.single(key) === undefined) return 'variable';
  if (!selects(statement.resources, resource, evaluation)) return 'resource';
  for (const clause of statement.conditions) if (!clause.holds(evaluation)) return 'condition';
  return undefined;
}

function selects({ matchers, isNegated }: Selection, text: string, evaluation: Evaluation): boolean {
  for (const matches of matchers) if (matches(text, evaluation)) return !isNegated;
  return isNegated;
}

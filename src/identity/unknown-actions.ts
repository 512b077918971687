import { Evaluation } from '../access/evaluation.ts';
import { compilePattern } from '../access/pattern.ts';
import { parsePolicy, type PolicyKind } from '../access/policy.ts';
import { ACTION_NAMES } from './action-names.gen.ts';

const NAMES = ACTION_NAMES.map((name) => name.toLowerCase());
const IN_QUOTES = /"([\w*?:-]+)"/g;

/**
 * The actions of a policy that no request here ever asks for, as the policy spells them: words mistyped, or actions of
 * services that are not here. Such a policy is a policy all the same, as with AWS: nothing follows from them.
 *
 * @throws {PolicyError}
 */
export function unknownActions(document: string, kind: PolicyKind): readonly string[] {
  const { statements } = parsePolicy(document, kind);
  const patterns = new Set(statements.flatMap(({ actions }) => actions.patterns));
  const unknown = [...patterns].filter((pattern) => !isAskedFor(pattern));
  if (unknown.length === 0) return [];
  const spelt = new Map([...document.matchAll(IN_QUOTES)].map(([, text = '']) => [text.toLowerCase(), text]));
  return unknown.map((pattern) => spelt.get(pattern) ?? pattern);
}

function isAskedFor(pattern: string): boolean {
  const matches = compilePattern(pattern, { hasVariables: false, needs: new Set() });
  const evaluation = new Evaluation(undefined);
  return NAMES.some((name) => matches(name, evaluation));
}

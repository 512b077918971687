import type { Evaluation } from './evaluation.ts';
import { foldName } from './fold-name.ts';
import { OPERATORS } from './operators.ts';
import type { Matcher } from './pattern.ts';
import { malformed, printable } from './policy-error.ts';
import type { Language } from './template.ts';

/** One key under one operator of a Condition. All clauses of a statement must hold. */
export interface Clause {
  /** As written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written. */
  readonly key: string;
  readonly values: readonly string[];
  holds(evaluation: Evaluation): boolean;
}

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;
/** A service or `aws`, a colon, a name; names of tags and of context pairs may hold any character. */
const CONDITION_KEY = /^[a-z0-9-]+:\S[^]*$/i;
const MAX_KEY_LENGTH = 512;

/** @throws {PolicyError} `malformed` */
export function parseCondition(value: unknown, language: Language): readonly Clause[] {
  if (value === undefined) return [];
  const clauses: Clause[] = [];
  for (const [operator, keys] of membersOf(value, 'Condition')) {
    for (const [key, values] of membersOf(keys, `the operator "${printable(operator)}"`)) {
      clauses.push(parseClause(operator, key, valuesOf(values), language));
    }
  }
  return clauses;
}

function parseClause(operator: string, key: string, values: readonly string[], language: Language): Clause {
  const [, set, name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  if (!CONDITION_KEY.test(key) || key.length > MAX_KEY_LENGTH)
    throw malformed(`"${printable(key)}" is not a condition key`);
  const asked = foldName(key);
  if (name === 'Null') {
    if (set !== undefined || ifExists !== undefined) throw malformed('Null takes neither a set operator nor IfExists');
    return { operator, key, values, holds: presence(asked, values) };
  }
  const row = OPERATORS.get(name);
  if (row === undefined) throw malformed(`there is no condition operator "${printable(operator)}"`);
  const matchers = values.map((one) => row.compile(one, language));
  const fits = (one: string, evaluation: Evaluation) => isAny(matchers, one, evaluation) !== row.isNegated;
  // Where the key is missing: only what says so, or what is about the absence of a value, holds.
  const [onMissing, holds] = quantified(set, row.isNegated, fits);
  const whenMissing = ifExists !== undefined || onMissing;
  return {
    operator,
    key,
    values,
    holds(evaluation) {
      const found = evaluation.values(asked);
      return found === undefined ? whenMissing : holds(found, evaluation);
    },
  };
}

type Holds = (values: readonly string[], evaluation: Evaluation) => boolean;

/**
 * How the values of a request count together. Without a set operator any of them may fit; of a negated operator none
 * may. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function quantified(
  set: string | undefined,
  isNegated: boolean,
  fits: (one: string, evaluation: Evaluation) => boolean,
): readonly [onMissing: boolean, holds: Holds] {
  const every: Holds = (values, evaluation) => values.every((one) => fits(one, evaluation));
  const some: Holds = (values, evaluation) => values.some((one) => fits(one, evaluation));
  if (set === 'ForAllValues') return [true, every];
  if (set === 'ForAnyValue') return [false, some];
  return isNegated ? [true, every] : [false, some];
}

function isAny(matchers: readonly Matcher[], text: string, evaluation: Evaluation): boolean {
  for (const matches of matchers) if (matches(text, evaluation)) return true;
  return false;
}

/** `Null`: "true" asks that the key is absent, "false" that it is there. */
function presence(key: string, values: readonly string[]): Clause['holds'] {
  const wanted = new Set(values.map((one) => one.toLowerCase()));
  for (const one of wanted)
    if (one !== 'true' && one !== 'false') throw malformed('Null compares with "true" or "false"');
  return (evaluation) => wanted.has(evaluation.values(key) === undefined ? 'true' : 'false');
}

/** A value or a list of values; numbers and booleans need no quotes. */
function valuesOf(value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'boolean' || typeof one === 'number') return String(one);
    throw malformed('a condition compares with strings, numbers or booleans, or with a list of them');
  });
}

function membersOf(value: unknown, what: string): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed(`${what} must be an object`);
  return Object.entries(value);
}

import type { Evaluation } from './evaluation.ts';
import { foldName } from './fold-name.ts';
import { malformed } from './policy-error.ts';

/** `*` of a pattern: any run of characters. */
export const RUN = Symbol('*');
/** `?` of a pattern: one character. */
export const ONE = Symbol('?');

/** `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`. The key is in lower case. */
export interface Variable {
  readonly key: string;
  readonly otherwise: string | undefined;
}

export type Token = string | typeof RUN | typeof ONE | Variable;

/** What a text of a policy may hold depends on the policy's version and on the place where it stands. */
export interface Language {
  /** Version 2012-10-17: `${...}` is a variable. In older policies it is text like any other. */
  readonly hasVariables: boolean;
  /** Collects the keys of variables without a default: a statement is about no request that lacks one of them. */
  readonly needs: Set<string>;
}

/** `key` or `key, 'default'` between the braces; or one of the characters that are written so to be themselves. */
const VARIABLE = /^\s*([^\s,'{}*?$](?:[^,'{}*?$]*[^\s,'{}*?$])?)\s*(?:,\s*'([^'{}]*)'\s*)?$/;
const ESCAPES = new Set(['*', '?', '$']);

/**
 * Takes a text of a policy apart: literal runs, wildcards where the place has them, variables where the version has
 * them.
 *
 * @throws {PolicyError} `malformed`: a variable that is none
 */
export function readTemplate(text: string, language: Language, hasWildcards: boolean): readonly Token[] {
  const tokens: Token[] = [];
  let literal = '';
  const push = (token: Token) => {
    if (literal !== '') tokens.push(literal);
    literal = '';
    tokens.push(token);
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (language.hasVariables && char === '$' && text[i + 1] === '{') {
      const end = text.indexOf('}', i + 2);
      if (end < 0) throw malformed('a policy variable has no closing brace');
      const inner = text.slice(i + 2, end);
      if (ESCAPES.has(inner)) literal += inner;
      else push(readVariable(inner, language));
      i = end;
    } else if (hasWildcards && char === '*') push(RUN);
    else if (hasWildcards && char === '?') push(ONE);
    else literal += char;
  }
  if (literal !== '') tokens.push(literal);
  return tokens;
}

function readVariable(inner: string, { needs }: Language): Variable {
  const [, name, otherwise] = VARIABLE.exec(inner) ?? [];
  if (name === undefined) throw malformed("a policy variable is written ${key} or ${key, 'default'}");
  const key = foldName(name);
  if (otherwise === undefined) needs.add(key);
  return { key, otherwise };
}

/** What a variable stands for in a request. The statement's `needs` were looked at before. */
export function valueOf({ key, otherwise }: Variable, evaluation: Evaluation): string {
  const value = evaluation.single(key) ?? otherwise;
  if (value === undefined) throw new TypeError(`the variable ${key} was not looked at before its statement`);
  return value;
}

export function isVariable(token: Token): token is Variable {
  return typeof token === 'object';
}

import { Evaluation } from './evaluation.ts';
import { isVariable, ONE, readTemplate, RUN, valueOf, type Language, type Token } from './template.ts';

/** Whether a text is meant by something of a policy. */
export type Matcher = (text: string, evaluation: Evaluation) => boolean;

/** What a compiled pattern compares: a code unit, or one of these. */
type Cell = number;
const RUN_CELL = -1;
const ONE_CELL = -2;

/** Compares a whole text with a text of a policy that has no wildcards. `fold` brings both to one case. */
export function compileText(source: string, language: Language, fold?: (text: string) => string): Matcher {
  const tokens = readTemplate(source, language, false) as readonly TextToken[];
  const wantedOf = (evaluation?: Evaluation) => {
    const whole = textOf(tokens, evaluation);
    return fold ? fold(whole) : whole;
  };
  const isFixed = !tokens.some(isVariable);
  const fixed = isFixed ? wantedOf() : '';
  return (text, evaluation) => {
    evaluation.step(fold ? 1 + text.length : 1);
    return (fold ? fold(text) : text) === (isFixed ? fixed : wantedOf(evaluation));
  };
}

/** A token that stands for one text. */
type TextToken = Exclude<Token, symbol>;

/** What tokens without wildcards come to; `evaluation` is needed where one of them is a variable. */
function textOf(tokens: readonly TextToken[], evaluation: Evaluation | undefined): string {
  let whole = '';
  for (const token of tokens) {
    const text = isVariable(token) ? valueOf(token, evaluation as Evaluation) : token;
    evaluation?.step(text.length);
    whole += text;
  }
  return whole;
}

/** Compares a whole text with a pattern: `*` stands for any run of characters, `?` for one. */
export function compilePattern(source: string, language: Language): Matcher {
  return compileTokens(readTemplate(source, language, true));
}

/**
 * The same outside of any policy, where nothing is a variable.
 *
 * @throws {TooCostlyError}
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return compilePattern(pattern, { hasVariables: false, needs: new Set() })(text, new Evaluation(undefined));
}

/** The same of a pattern that is taken apart already. */
export function compileTokens(tokens: readonly Token[]): Matcher {
  if (tokens.some(isVariable)) {
    if (tokens.every(isTextToken)) {
      return (text, evaluation) => {
        evaluation.step();
        return text === textOf(tokens, evaluation);
      };
    }
    return (text, evaluation) => matchesCells(cellsOf(tokens, evaluation), text, evaluation);
  }
  const [first = '', second] = tokens;
  if (tokens.length === 1 && first === RUN) return () => true;
  if (tokens.length <= 1 && typeof first === 'string') {
    return (text, evaluation) => {
      evaluation.step();
      return text === first;
    };
  }
  if (tokens.length === 2 && typeof first === 'string' && second === RUN) {
    return (text, evaluation) => {
      evaluation.step();
      return text.startsWith(first);
    };
  }
  const cells = cellsOf(tokens, undefined);
  return (text, evaluation) => matchesCells(cells, text, evaluation);
}

function isTextToken(token: Token): token is TextToken {
  return typeof token !== 'symbol';
}

/** The value of a variable is text: what looks like a wildcard in it is a character like any other. */
function cellsOf(tokens: readonly Token[], evaluation: Evaluation | undefined): Cell[] {
  const cells: Cell[] = [];
  for (const token of tokens) {
    if (token === RUN) cells.push(RUN_CELL);
    else if (token === ONE) cells.push(ONE_CELL);
    else {
      const text = isVariable(token) ? valueOf(token, evaluation as Evaluation) : (token as string);
      for (let i = 0; i < text.length; i++) cells.push(text.charCodeAt(i));
    }
  }
  evaluation?.step(cells.length);
  return cells;
}

/** Each step is paid for, so a hostile pattern costs what one evaluation may cost and no more. */
function matchesCells(cells: readonly Cell[], text: string, evaluation: Evaluation): boolean {
  let c = 0;
  let t = 0;
  let run = -1;
  let resumeAt = 0;
  while (t < text.length) {
    evaluation.step();
    const cell = cells[c];
    if (cell === RUN_CELL) {
      run = c++;
      resumeAt = t;
    } else if (cell === ONE_CELL || cell === text.charCodeAt(t)) {
      c++;
      t++;
    } else if (run >= 0) {
      c = run + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (cells[c] === RUN_CELL) c++;
  return c === cells.length;
}

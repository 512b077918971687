import { malformed } from './policy-error.ts';
import { compileTokens, type Matcher } from './pattern.ts';
import { isVariable, readTemplate, valueOf, type Language, type Token } from './template.ts';

/** `arn:partition:service:region:account:resource`; the resource may hold further colons. */
const PARTS = 6;

/**
 * Compares an ARN with a pattern of one, part by part: a wildcard never reaches over a colon, but in the last part.
 * A pattern may be one variable that holds a whole ARN.
 *
 * @throws {PolicyError} `malformed`: the pattern has too few parts to be an ARN's
 */
export function compileArn(source: string, language: Language): Matcher {
  const tokens = readTemplate(source, language, true);
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined && isVariable(only)) {
    return (text, evaluation) => isArn(text) && text === valueOf(only, evaluation);
  }
  const patterns = partsOf(tokens).map(compileTokens);
  if (patterns.length < PARTS) throw malformed('an ARN condition compares with an ARN: six parts with colons between');
  return (text, evaluation) => {
    const parts = splitArn(text);
    return parts !== undefined && patterns.every((matches, i) => matches(parts[i] as string, evaluation));
  };
}

function partsOf(tokens: readonly Token[]): readonly Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (typeof token !== 'string') {
      (parts.at(-1) as Token[]).push(token);
      continue;
    }
    const pieces = token.split(':');
    for (const [i, piece] of pieces.entries()) {
      // The colons of the last part are its own.
      if (i > 0 && parts.length < PARTS) parts.push([]);
      else if (i > 0) (parts.at(-1) as Token[]).push(':');
      if (piece !== '') (parts.at(-1) as Token[]).push(piece);
    }
  }
  return parts.map(joined);
}

/** Literals side by side become one, so that simple parts stay simple to compare. */
function joined(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if (typeof token === 'string' && typeof last === 'string') out[out.length - 1] = last + token;
    else out.push(token);
  }
  return out;
}

function splitArn(text: string): string[] | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const parts: string[] = [];
  let from = 0;
  while (parts.length < PARTS - 1) {
    const colon = text.indexOf(':', from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

function isArn(text: string): boolean {
  return splitArn(text) !== undefined;
}

import { isWithin, parseAddress, parseRange } from './address.ts';
import { compileArn } from './arn-pattern.ts';
import { parseInstant } from './instant.ts';
import { compilePattern, compileText, type Matcher } from './pattern.ts';
import { malformed } from './policy-error.ts';
import type { Language } from './template.ts';

/** How one value of a policy is compared with one value of a request. */
export interface Operator {
  /** @throws {PolicyError} `malformed`: the value is not of the operator's type */
  compile(value: string, language: Language): Matcher;
  /** `...Not...`: holds where no value of the policy fits, so also where the request has no such key. */
  readonly isNegated: boolean;
}

const lower = (text: string) => text.toLowerCase();

/** Values of a type that has no wildcards and no variables, read once and compared as what they are. */
function typed<T>(
  what: string,
  read: (text: string) => T | undefined,
  fits: (asked: T, written: T) => boolean,
): Operator['compile'] {
  return readAs(what, read, read, fits);
}

function readAs<A, W>(
  what: string,
  readAsked: (text: string) => A | undefined,
  readWritten: (text: string) => W | undefined,
  fits: (asked: A, written: W) => boolean,
): Operator['compile'] {
  return (value) => {
    const written = readWritten(value);
    if (written === undefined) throw malformed(`a condition compares with a value that is not ${what}`);
    return (text, evaluation) => {
      evaluation.step();
      const asked = readAsked(text);
      return asked !== undefined && fits(asked, written);
    };
  };
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const numeric = (fits: (asked: number, written: number) => boolean) =>
  typed('a number', (text) => (NUMBER.test(text) ? Number(text) : undefined), fits);
const date = (fits: (asked: number, written: number) => boolean) => typed('a date', parseInstant, fits);
const bool = typed(
  '"true" or "false"',
  (text) => (/^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined),
  (asked, written) => asked === written,
);
const binary = typed(
  'Base64',
  // Its bytes, one character each: Base64 has several spellings of the same bytes.
  (text) => (BASE64.test(text) ? Buffer.from(text, 'base64').toString('latin1') : undefined),
  (asked, written) => asked === written,
);
const address = readAs('an IP address or a CIDR block', parseAddress, parseRange, isWithin);
const folded: Operator['compile'] = (value, language) => compileText(value, language, lower);

const is = (compile: Operator['compile']): Operator => ({ compile, isNegated: false });
const not = (compile: Operator['compile']): Operator => ({ compile, isNegated: true });

/**
 * Every operator of the policy language but `Null`
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', is(compileText)],
  ['StringNotEquals', not(compileText)],
  ['StringEqualsIgnoreCase', is(folded)],
  ['StringNotEqualsIgnoreCase', not(folded)],
  ['StringLike', is(compilePattern)],
  ['StringNotLike', not(compilePattern)],
  ['NumericEquals', is(numeric((asked, written) => asked === written))],
  ['NumericNotEquals', not(numeric((asked, written) => asked === written))],
  ['NumericLessThan', is(numeric((asked, written) => asked < written))],
  ['NumericLessThanEquals', is(numeric((asked, written) => asked <= written))],
  ['NumericGreaterThan', is(numeric((asked, written) => asked > written))],
  ['NumericGreaterThanEquals', is(numeric((asked, written) => asked >= written))],
  ['DateEquals', is(date((asked, written) => asked === written))],
  ['DateNotEquals', not(date((asked, written) => asked === written))],
  ['DateLessThan', is(date((asked, written) => asked < written))],
  ['DateLessThanEquals', is(date((asked, written) => asked <= written))],
  ['DateGreaterThan', is(date((asked, written) => asked > written))],
  ['DateGreaterThanEquals', is(date((asked, written) => asked >= written))],
  ['Bool', is(bool)],
  ['BinaryEquals', is(binary)],
  ['IpAddress', is(address)],
  ['NotIpAddress', not(address)],
  ['ArnEquals', is(compileArn)],
  ['ArnLike', is(compileArn)],
  ['ArnNotEquals', not(compileArn)],
  ['ArnNotLike', not(compileArn)],
]);

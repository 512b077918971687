import { validationError } from './errors.ts';
import type { Parameters } from './parameters.ts';

/** What a text must be, in characters (AWS STS API reference, the parameters of each action). */
interface TextRule {
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

const RULES = {
  RoleArn: { min: 20, max: 2048 },
  RoleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  SourceIdentity: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  // oxlint-disable-next-line no-control-regex -- these three are what AWS allows
  Policy: { min: 1, max: 2048, pattern: /^[\u0009\u000a\u000d\u0020-\u00ff]+$/ },
} as const satisfies Record<string, TextRule>;

export type TextName = keyof typeof RULES;

/** A text that may be left out. @throws {StsError} ValidationError, in AWS's words */
export function optionalText(parameters: Parameters, name: TextName): string | undefined {
  const value = parameters.text(name);
  if (value === undefined) return undefined;
  const { min, max, pattern }: TextRule = RULES[name];
  if (value.length < min) throw failed(name, value, `Member must have length greater than or equal to ${min}`);
  if (value.length > max) throw failed(name, value, `Member must have length less than or equal to ${max}`);
  if (pattern && !pattern.test(value)) {
    // The anchors are ours.
    const shown = pattern.source.replaceAll(/^\^|\$$/g, '');
    throw failed(name, value, `Member must satisfy regular expression pattern: ${shown}`);
  }
  return value;
}

/** @throws {StsError} ValidationError */
export function requiredText(parameters: Parameters, name: TextName): string {
  const value = optionalText(parameters, name);
  if (value !== undefined) return value;
  throw validationError(
    `1 validation error detected: Value null at '${lowerCamel(name)}' failed to satisfy constraint: Member must not be null`,
  );
}

/** `DurationSeconds` within its bounds. @throws {StsError} ValidationError */
export function durationOf(
  parameters: Parameters,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const text = parameters.text('DurationSeconds');
  if (text === undefined) return undefined;
  if (!/^-?\d{1,9}$/.test(text)) throw validationError('DurationSeconds must be a whole number of seconds.');
  const seconds = Number(text);
  if (seconds < least)
    throw failed('DurationSeconds', text, `Member must have value greater than or equal to ${least}`);
  if (seconds > most) throw failed('DurationSeconds', text, `Member must have value less than or equal to ${most}`);
  return seconds;
}

function failed(name: string, value: string, rule: string) {
  return validationError(
    `1 validation error detected: Value '${value.slice(0, 128)}' at '${lowerCamel(name)}' failed to satisfy constraint: ${rule}`,
  );
}

function lowerCamel(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

import { CliError } from '../errors.ts';
import { readText } from '../files.ts';

/** The text of a policy from a file, as it stands. @throws {CliError} `policy-file-unreadable` */
export function readPolicyFile(path: string): string {
  return readText(path, { code: 'policy-file-unreadable', what: 'the JSON of the policy' });
}

/** `KEY=VALUE` as a tag; the value may hold further equal-signs. @throws {CliError} */
export function tagOf(text: string): { readonly key: string; readonly value: string } {
  const equals = text.indexOf('=');
  if (equals > 0) return { key: text.slice(0, equals), value: text.slice(equals + 1) };
  throw new CliError('usage', 'usage', `"${text}" is no tag`, 'Write it as KEY=VALUE.');
}

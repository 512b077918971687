import type { Given } from '../command.ts';
import { CliError } from '../errors.ts';

/** Options that what was chosen does not take would be left out without a word. @throws {CliError} */
export function refuseOptions(given: Given, chosen: string, options: readonly string[]): void {
  const name = options.find((option) => given.flag(option) || given.optional(option) !== undefined);
  if (name === undefined) return;
  throw new CliError(
    'usage',
    'option-not-taken',
    `${chosen} takes no --${name}`,
    'Leave it out, or choose what it is of.',
  );
}

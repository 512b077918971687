import { EnvironmentError, type EnvironmentErrorCode } from './environment-error.ts';

/** Which members something takes, and which it must have. */
export interface Members {
  readonly takes: readonly string[];
  readonly needs: readonly string[];
}

/** Refuses what is missing and what cannot be honoured. @throws {EnvironmentError} of the code given */
export function refuseMembers(
  code: EnvironmentErrorCode,
  what: string,
  given: object,
  { takes, needs }: Members,
): void {
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const surplus = names.filter((name) => !takes.includes(name));
  if (surplus.length > 0) {
    const instead = takes.length === 0 ? 'nothing more' : takes.join(', ');
    throw new EnvironmentError(code, `${what} has no ${surplus.join(', ')}: it takes ${instead}`);
  }
  const missing = needs.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new EnvironmentError(code, `${what} needs ${missing.join(', ')}`);
}

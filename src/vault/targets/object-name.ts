import { VaultError } from '../errors.ts';

const NAME = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)*$/;

/** Where a look at a store puts what it needs. It is no object of a vault, and may stay for as long as a lock holds. */
export const PROBES = 'preflight/';

/** Whether it can be the name of an object of a vault. */
export function isObjectName(name: string): boolean {
  return NAME.test(name);
}

/** Lets a name pass that can be one of an object: `target-failed`. */
export function checkObjectName(name: string): string {
  if (!isObjectName(name)) throw new VaultError('target-failed', `'${name}' cannot be the name of an object`);
  return name;
}

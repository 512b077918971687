import { StsError } from './errors.ts';
import type { Parameters } from './parameters.ts';

/** Nobody has a device for a second factor here: a code that cannot be checked is never taken. @throws {StsError} */
export function refuseMfa(parameters: Parameters): void {
  const given = ['SerialNumber', 'TokenCode'].filter((name) => parameters.text(name) !== undefined);
  if (given.length === 0) return;
  throw new StsError(
    'AccessDenied',
    `MultiFactorAuthentication failed: Keystead knows no MFA devices. Leave ${given.join(' and ')} out.`,
  );
}

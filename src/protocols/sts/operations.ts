import { StsError } from './errors.ts';
import type { Operation } from './operation.ts';
import { assumeRole } from './operations/assume-role.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { getSessionToken } from './operations/get-session-token.ts';
import type { Parameters } from './parameters.ts';
import { API_VERSION } from './xml.ts';

/** The operations of AWS STS that there are here. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  AssumeRole: assumeRole,
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
};

/** The operation that a request names. @throws {StsError} MissingAction, InvalidAction */
export function operationOf(parameters: Parameters): { readonly name: string; readonly operation: Operation } {
  const name = parameters.text('Action');
  const version = parameters.text('Version');
  if (name === undefined) throw new StsError('MissingAction', 'Missing Action');
  const operation = isOperation(name) && version === API_VERSION ? OPERATIONS[name] : undefined;
  if (operation !== undefined) return { name, operation };
  throw new StsError(
    'InvalidAction',
    `Could not find operation ${name.slice(0, 64)} for version ${version?.slice(0, 32) ?? 'NO_VERSION_SPECIFIED'}`,
  );
}

export function isOperation(name: string): boolean {
  return Object.hasOwn(OPERATIONS, name);
}

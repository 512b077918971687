import { UnauthorizedError } from './errors.ts';
import type { OperationContext } from './operation.ts';

/** Whether somebody of the tenant itself asks: a service is of no account, not even of the one that hosts it. */
export function isAtHome({ instance, principal }: OperationContext): boolean {
  return instance.tenantId === principal.tenantId && principal.service === undefined;
}

/**
 * For what only an account itself does with its keys, whatever their policies give to others, as on the AWS wire.
 *
 * @throws {UnauthorizedError}
 */
export function requireOwnInstance(context: OperationContext): void {
  if (!isAtHome(context)) throw new UnauthorizedError();
}

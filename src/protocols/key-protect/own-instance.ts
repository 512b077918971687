import { UnauthorizedError } from './errors.ts';
import type { OperationContext } from './operation.ts';

/**
 * For what only an account itself does with its keys, whatever their policies give to others, as on the AWS wire. A
 * service is of no account, not even of the one that hosts it.
 *
 * @throws {UnauthorizedError}
 */
export function requireOwnInstance({ instance, principal }: OperationContext): void {
  if (instance.tenantId !== principal.tenantId || principal.service !== undefined) throw new UnauthorizedError();
}

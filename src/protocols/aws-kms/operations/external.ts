import type { External } from '../../../keys/use-external.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationContext } from '../operation.ts';
import type { ResolvedKey } from '../resolve.ts';

/** How the other half of a key is asked for, and what is told of the request there. */
export function externalOf(
  { keyStores, principal, requestId }: OperationContext,
  operation: OperationName,
  { arn }: ResolvedKey,
): External {
  return {
    keys: keyStores.external,
    request: { principalArn: principal.arn, operation, requestId, keyArn: arn },
  };
}

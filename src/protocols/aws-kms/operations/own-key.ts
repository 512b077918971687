import type { MaybePromise } from '../../../records/ports.ts';
import { ID_OR_ARN, parseKeyReference } from '../arn.ts';
import { AwsKmsError } from '../errors.ts';
import type { KeyMember, OperationContext } from '../operation.ts';
import { resolveKey, type ResolvedKey } from '../resolve.ts';

/** The member of operations that manage a key of the caller's own account: key id or key ARN. */
export const OWN_KEY: readonly [KeyMember<'KeyId'>] = [{ member: 'KeyId', forms: ID_OR_ARN }];

/**
 * Finds a key of the caller's account, for operations of which the API says "Cross-account use: No". Whether another
 * account has such a key is not told.
 *
 * @throws {AwsKmsError} NotFoundException, AccessDeniedException
 */
export function resolveOwnKey(
  context: OperationContext,
  action: string,
  text: string,
  nowMs: number,
): MaybePromise<ResolvedKey> {
  const { accountId, region } = context.instance;
  const reference = parseKeyReference(text, region, ID_OR_ARN);
  if ('accountId' in reference && reference.accountId !== accountId) {
    throw new AwsKmsError(
      'AccessDeniedException',
      `User: ${context.principal.arn} is not authorized to perform: ${action} on resource: ${text} because the operation takes keys of its own account only`,
    );
  }
  return resolveKey(context, text, ID_OR_ARN, nowMs);
}

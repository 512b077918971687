import { KeyError } from '../../../keys/errors.ts';
import type { Grant } from '../../../keys/grant.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import type { OperationContext } from '../operation.ts';
import type { ResolvedKey } from '../resolve.ts';

/**
 * A grant on a key.
 *
 * @throws {KeyError} `grant-not-found`: there is none, or it is on another key
 */
export function findGrant({ grants }: OperationContext, { open }: ResolvedKey, grantId: string): MaybePromise<Grant> {
  const { key, space } = open;
  return andThen(grants.find(space, grantId), (grant) => {
    if (grant?.keyId === key.id && grant.region === key.region) return grant;
    throw new KeyError('grant-not-found', { keyId: key.id, grantId });
  });
}

import { KeyError } from '../../keys/errors.ts';
import { openGrantToken, tenantOfGrantToken, type GrantName } from '../../keys/grant-token.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { OperationContext } from './operation.ts';
import type { AnyInput } from './prepare.ts';

/**
 * Refuses a request with a grant token that was not made here. A valid one adds nothing: grants are in force at once,
 * everywhere, and a grant that was retired or revoked gives nothing any more, with its token or without.
 *
 * @throws {KeyError} `grant-token-invalid`
 */
export function checkGrantTokens(context: OperationContext, { GrantTokens }: AnyInput): MaybePromise<void> {
  return GrantTokens === undefined ? undefined : checkEach(context, GrantTokens as readonly string[]);
}

function checkEach(context: OperationContext, [token, ...others]: readonly string[]): MaybePromise<void> {
  if (token === undefined) return;
  return andThen(readGrantToken(context, token), () => checkEach(context, others));
}

/**
 * The grant that a token names, which may be gone. A token belongs to the region of its grant.
 *
 * @throws {KeyError} `grant-token-invalid`
 */
export function readGrantToken({ directory, instance }: OperationContext, token: string): MaybePromise<GrantName> {
  return andThen(directory.tenant(tenantOfGrantToken(token)), (tenant) => {
    if (tenant === undefined) throw new KeyError('grant-token-invalid');
    const named = openGrantToken(tenant.tenantKey, token);
    if (named.region !== instance.region) throw new KeyError('grant-token-invalid');
    return named;
  });
}

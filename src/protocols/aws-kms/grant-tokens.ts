import type { MaybePromise } from '../../records/ports.ts';
import { AwsKmsError } from './errors.ts';
import type { OperationContext } from './operation.ts';
import type { AnyInput } from './prepare.ts';

/** There are no grants yet, so no token is valid. */
export function checkGrantTokens(_: OperationContext, { GrantTokens }: AnyInput): MaybePromise<void> {
  if (GrantTokens === undefined || (GrantTokens as readonly string[]).length === 0) return;
  throw new AwsKmsError('InvalidGrantTokenException', 'Keystead has no grants yet, so no grant token is valid.');
}

import type { OpenKey } from '../../../keys/open-key.ts';
import { checkAccessPolicy } from '../../../pipeline/check-access-policy.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import { AwsKmsError } from '../errors.ts';
import type { OperationContext } from '../operation.ts';

/** The only policy that a key has. */
export const POLICY_NAME = 'default';

/**
 * Whether a key may have this policy: it is not too long, it parses, its principals exist, and it does not lock its author
 * out, unless that check is bypassed.
 *
 * @throws {KeyError} `access-policy-malformed`, `access-policy-lockout`
 * @throws {AwsKmsError} LimitExceededException
 */
export function checkPolicy(
  context: OperationContext,
  text: string,
  open: OpenKey,
  bypass: boolean | undefined,
  nowMs: number,
): MaybePromise<void> {
  const { directory, instance, quotas } = context;
  if (Buffer.byteLength(text, 'utf8') > quotas.policyBytes) {
    throw new AwsKmsError(
      'LimitExceededException',
      `A key policy has at most ${quotas.policyBytes} bytes (the quota policyBytes): make it shorter, or have the quota raised.`,
    );
  }
  const author = { call: context, directory, accountId: instance.accountId };
  return checkAccessPolicy(author, text, open, bypass === true, nowMs);
}

/** @throws {AwsKmsError} NotFoundException */
export function requirePolicyName({ PolicyName = POLICY_NAME }: { readonly PolicyName?: string }): void {
  if (PolicyName !== POLICY_NAME) throw new AwsKmsError('NotFoundException', 'No such policy exists');
}

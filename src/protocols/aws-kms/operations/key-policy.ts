import { evaluate } from '../../../access/evaluate.ts';
import type { AccessPolicy } from '../../../access/policy.ts';
import { namesToKnow } from '../../../access/principals.ts';
import { requireAccessPolicy } from '../../../keys/access-policy.ts';
import { KeyError } from '../../../keys/errors.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { Conditions } from '../../../pipeline/conditions.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { keyArn } from '../arn.ts';
import { AwsKmsError } from '../errors.ts';
import type { OperationContext } from '../operation.ts';

/** The only policy that a key has. */
export const POLICY_NAME = 'default';

/**
 * Whether a key may have this policy: it parses, its principals exist, and it does not lock its author out, unless
 * that check is bypassed.
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
  const { policyBytes } = context.quotas;
  if (Buffer.byteLength(text, 'utf8') > policyBytes) {
    throw new AwsKmsError(
      'LimitExceededException',
      `A key policy has at most ${policyBytes} bytes (the quota policyBytes): make it shorter, or have the quota raised.`,
    );
  }
  const { id: keyId } = open.key;
  const policy = requireAccessPolicy(text, keyId);
  const names = [
    ...new Set(policy.statements.flatMap(({ principals }) => (principals ? namesToKnow(principals) : []))),
  ];
  return andThen(areKnown(context, names), (known) => {
    if (!known) {
      throw new KeyError('access-policy-malformed', {
        keyId,
        detail: 'Policy contains a statement with one or more invalid principals.',
      });
    }
    if (bypass !== true && !mayPutAgain(context, policy, open, nowMs)) {
      throw new KeyError('access-policy-lockout', { keyId });
    }
  });
}

/** Whether the author of a policy could put another one in its place, by a request that is like this one otherwise. */
function mayPutAgain(context: OperationContext, policy: AccessPolicy, open: OpenKey, nowMs: number): boolean {
  const { principal, source, instance } = context;
  const { accountId } = instance;
  const values = (key: string) =>
    key === 'kms:bypasspolicylockoutsafetycheck'
      ? ['false']
      : key === 'aws:requestedregion'
        ? [open.key.region]
        : undefined;
  return evaluate({
    subject: principal,
    action: 'kms:PutKeyPolicy',
    resource: keyArn(open.key.region, accountId, open.key.id),
    key: { accountId, policy },
    context: new Conditions({
      call: { principal, source },
      target: { key: open, accountId, context: { values } },
      nowMs,
    }),
  }).allowed;
}

/** Looks the principals up one after the other: a policy names few. */
function areKnown(context: OperationContext, [name, ...others]: readonly string[]): MaybePromise<boolean> {
  if (name === undefined) return true;
  return andThen(context.directory.isKnownPrincipal(name), (known) => known && areKnown(context, others));
}

/** @throws {AwsKmsError} NotFoundException */
export function requirePolicyName({ PolicyName = POLICY_NAME }: { readonly PolicyName?: string }): void {
  if (PolicyName !== POLICY_NAME) throw new AwsKmsError('NotFoundException', 'No such policy exists');
}

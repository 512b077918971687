import { evaluate } from '../access/evaluate.ts';
import type { AccessPolicy } from '../access/policy.ts';
import { namesToKnow } from '../access/principals.ts';
import type { Directory } from '../identity/directory.ts';
import { requireAccessPolicy } from '../keys/access-policy.ts';
import { KeyError } from '../keys/errors.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import type { Call } from './call.ts';
import { Conditions } from './conditions.ts';

/** By whom and from where a policy is put, and who is known here. */
export interface PolicyAuthor {
  readonly call: Pick<Call, 'principal' | 'source'>;
  readonly directory: Directory;
  /** Of the tenant that owns the key. */
  readonly accountId: string;
}

/**
 * Whether a key may have this policy, on any wire: it parses, its principals exist, and it does not lock its author out,
 * unless that check is passed over.
 *
 * @throws {KeyError} `access-policy-malformed`, `access-policy-lockout`
 */
export function checkAccessPolicy(
  author: PolicyAuthor,
  text: string,
  open: OpenKey,
  isLockoutAllowed: boolean,
  nowMs: number,
): MaybePromise<void> {
  const { id: keyId } = open.key;
  const policy = requireAccessPolicy(text, keyId);
  const names = [
    ...new Set(policy.statements.flatMap(({ principals }) => (principals ? namesToKnow(principals) : []))),
  ];
  return andThen(areKnown(author.directory, names), (known) => {
    if (!known) {
      throw new KeyError('access-policy-malformed', {
        keyId,
        detail: 'Policy contains a statement with one or more invalid principals.',
      });
    }
    if (!isLockoutAllowed && !mayPutAgain(author, policy, open, nowMs)) {
      throw new KeyError('access-policy-lockout', { keyId });
    }
  });
}

/** Whether the author of a policy could put another one in its place, by a request that is like this one otherwise. */
function mayPutAgain({ call, accountId }: PolicyAuthor, policy: AccessPolicy, open: OpenKey, nowMs: number): boolean {
  const { region, id } = open.key;
  const values = (key: string) =>
    key === 'kms:bypasspolicylockoutsafetycheck' ? ['false'] : key === 'aws:requestedregion' ? [region] : undefined;
  return evaluate({
    subject: call.principal,
    action: 'kms:PutKeyPolicy',
    resource: `arn:aws:kms:${region}:${accountId}:key/${id}`,
    key: { accountId, policy },
    context: new Conditions({
      call,
      target: { key: open, accountId, context: { values } },
      nowMs,
    }),
  }).allowed;
}

/** Looks the principals up one after the other: a policy names few. */
function areKnown(directory: Directory, [name, ...others]: readonly string[]): MaybePromise<boolean> {
  if (name === undefined) return true;
  return andThen(directory.isKnownPrincipal(name), (known) => known && areKnown(directory, others));
}

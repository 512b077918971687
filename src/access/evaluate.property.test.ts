import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, type Decision } from './evaluate.ts';
import { type AccessRequest } from './request.ts';
import type { AccessPolicy, Statement } from './policy.ts';

const [OWN, OTHER] = ['111122223333', '444455556666'] as const;
const root = (account: string) => `arn:aws:iam::${account}:root`;
const user = (account: string, name: string) => `arn:aws:iam::${account}:user/${name}`;

/** Everything that may stand for a principal here, and some that look like an account and are not. */
const PRINCIPALS = [OWN, OTHER].flatMap((account) => [
  account,
  root(account),
  `arn:aws-cn:iam::${account}:root`,
  user(account, 'a'),
  user(account, 'b'),
  `${user(account, 'a')}:iam::${account === OWN ? OTHER : OWN}:root`,
]);
const ACTIONS = ['kms:encrypt', 'kms:decrypt', 'kms:*', '*', 'kms:?ncrypt'];
const RESOURCES = ['*', 'arn:key/1', 'arn:key/*', 'ARN:KEY/1'];

const some = <T>(values: readonly T[], maxLength = 2) => fc.array(fc.constantFrom(...values), { maxLength });
const statement = (principals: fc.Arbitrary<string[]>): fc.Arbitrary<Statement> =>
  fc.record({
    sid: fc.constant(undefined),
    effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    principals,
    actions: some(ACTIONS),
    resources: some(RESOURCES),
  });
const policy = (principals: fc.Arbitrary<string[]>): fc.Arbitrary<AccessPolicy> =>
  fc.record({ statements: fc.array(statement(principals), { maxLength: 3 }) });

const request: fc.Arbitrary<AccessRequest> = fc
  .record({
    accountId: fc.constantFrom(OWN, OTHER),
    name: fc.constantFrom('root', 'a', 'b'),
    policies: fc.array(policy(fc.constant([])), { maxLength: 2 }),
    action: fc.constantFrom('kms:Encrypt', 'kms:Decrypt', 'KMS:ENCRYPT'),
    resource: fc.constantFrom('arn:key/1', 'arn:key/2', '*'),
    key: fc.option(fc.record({ accountId: fc.constantFrom(OWN, OTHER), policy: policy(some(['*', ...PRINCIPALS])) }), {
      nil: undefined,
    }),
  })
  .map(({ accountId, name, policies, action, resource, key }) => ({
    subject: { accountId, policies, arn: name === 'root' ? root(accountId) : user(accountId, name) },
    action,
    resource,
    ...(key && { key }),
  }));

/** The language's patterns as regular expressions: another way to say the same. */
function fits(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^$()|[\]{}\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

/** The rule as it is written, sentence by sentence, without regard to speed or reasons. */
function naive({ subject, action, resource, key }: AccessRequest): boolean {
  const isAbout = (one: Statement) =>
    one.actions.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase())) &&
    one.resources.some((pattern) => fits(pattern, resource));
  const accounts = [subject.accountId, ...['aws', 'aws-cn'].map((aws) => `arn:${aws}:iam::${subject.accountId}:root`)];
  const isNamed = (one: Statement) => one.principals.some((name) => name === '*' || name === subject.arn);
  const isAccountNamed = (one: Statement) => one.principals.some((name) => accounts.includes(name));

  const own = subject.policies.flatMap(({ statements }) => statements).filter(isAbout);
  const ofKey = (key?.policy.statements ?? []).filter(isAbout).filter((one) => isNamed(one) || isAccountNamed(one));

  // An explicit Deny wins.
  if ([...own, ...ofKey].some(({ effect }) => effect === 'Deny')) return false;
  // The account's root needs no policies of its own.
  const ownAllows = subject.arn.endsWith(':root') || own.some(({ effect }) => effect === 'Allow');
  // Actions on no key rest on the subject's own policies.
  if (key === undefined) return ownAllows;
  const allows = ofKey.filter(({ effect }) => effect === 'Allow');
  // Across accounts both must allow.
  if (key.accountId !== subject.accountId) return allows.length > 0 && ownAllows;
  // A key's policy allows a principal that it names; where it names the account, the principal's own policies decide.
  return allows.some(isNamed) || (allows.some(isAccountNamed) && ownAllows);
}

const ALLOWING: readonly Decision['reason'][] = [
  'allowed-by-key-policy',
  'allowed-by-identity-policy',
  'allowed-as-root',
];

describe('evaluate', () => {
  it('decides as the rule is written', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(request, (asked) => {
        const { allowed, reason } = evaluate(asked);
        seen.add(reason);
        expect(allowed).toBe(naive(asked));
        expect(ALLOWING.includes(reason)).toBe(allowed);
      }),
      { numRuns: 10_000 },
    );
    // The requests were varied enough to reach every reason.
    expect(seen.size).toBe(6);
  });

  it('never allows more because a Deny is added', () => {
    const anyone = statement(some(['*', ...PRINCIPALS])).map((one) => ({ ...one, effect: 'Deny' as const }));
    fc.assert(
      fc.property(request, anyone, (asked, deny) => {
        fc.pre(asked.key !== undefined && !evaluate(asked).allowed);
        const { key } = asked;
        const stricter = key && { ...key, policy: { statements: [...key.policy.statements, deny] } };
        expect(evaluate({ ...asked, ...(stricter && { key: stricter }) }).allowed).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no other account for the one whose number a name ends in', () => {
    const trick = `arn:aws:iam::${OTHER}:user/x:iam::${OWN}:root`;
    const statements: Statement[] = [
      { sid: undefined, effect: 'Allow', principals: [trick], actions: ['*'], resources: ['*'] },
    ];
    const key = { accountId: OWN, policy: { statements } };
    const subject = { arn: root(OWN), accountId: OWN, policies: [] };
    expect(evaluate({ subject, action: 'kms:Encrypt', resource: 'r', key }).allowed).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, type Reason } from './evaluate.ts';
import { explain } from './explain.ts';
import {
  naivelyAllowed,
  type NaiveGrant,
  type NaivePolicy,
  type NaivePrincipal,
  type NaiveRequest,
  type NaiveStatement,
} from './naive.fixture.ts';
import { parsePolicy } from './policy.ts';
import type { AccessRequest, GrantedRight } from './request.ts';

const [OWN, OTHER] = ['111122223333', '444455556666'] as const;
const root = (account: string) => `arn:aws:iam::${account}:root`;
const user = (account: string, name: string) => `arn:aws:iam::${account}:user/${name}`;
const role = (account: string) => `arn:aws:iam::${account}:role/r`;
const session = (account: string) => `arn:aws:sts::${account}:assumed-role/r/s`;
const SERVICE = 'backup.amazonaws.com';

/** Everything that may stand for a principal here, and some that look like another. */
const AWS = [OWN, OTHER].flatMap((account) => [
  account,
  root(account),
  root(account).replace('aws', 'aws-cn'),
  user(account, 'a'),
  user(account, 'b'),
  role(account),
  session(account),
]);
const some = <T>(values: readonly T[], max = 2) =>
  fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: max });

const principal: fc.Arbitrary<NaivePrincipal> = fc.oneof(
  fc.constant('*' as const),
  fc.record({ AWS: some([...AWS, '*'], 4) }),
  fc.record({ AWS: some(AWS, 3), Service: some([SERVICE, 'other.amazonaws.com']) }),
  fc.record({
    Federated: fc.constant(['arn:aws:iam::111122223333:saml-provider/x']),
    CanonicalUser: fc.constant(['*']),
  }),
);
const notPrincipal: fc.Arbitrary<NaivePrincipal> = fc.oneof(
  fc.record({
    AWS: fc.constantFrom([root(OWN), user(OWN, 'a')], [OWN, role(OWN), session(OWN)], [session(OWN)], [OWN]),
  }),
  fc.record({ AWS: some(AWS, 4), Service: some([SERVICE]) }),
  fc.constant('*' as const),
);

/** Keys of conditions with values that requests have and that policies compare with; hostile ones among them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'aws:username': ['a', 'b', '*', '?', '${aws:username}'],
  'aws:PrincipalTag/team': ['red', 'Red', 'blue', 'r*d', ''],
  'kms:EncryptionContextKeys': ['tenant', 'Tenant', 'purpose', '*'],
  'kms:EncryptionContext:tenant': ['acme', 'ACME', 'evil', 'ac?e'],
};
const ARNS = ['arn:aws:s3:::bucket', 'arn:aws:iam::1:role/x', 'arn:aws:kms:eu:1:key/1', 'no-arn'];
const ARN_PATTERNS = [
  'arn:aws:s3:::*',
  'arn:*:iam::?:role/x',
  'arn:aws:kms:*',
  'arn:aws:kms:*:1:key/${aws:username}',
  'arn:aws:*:*:*:*',
];
const TEMPLATES = [
  '*',
  'r*',
  '?ed',
  '${aws:username}',
  "${aws:PrincipalTag/team, 'red'}",
  '${*}',
  'ac${?}e',
  '${$}x',
  '${aws:PrincipalTag/TEAM}*',
];
const NUMBERS = ['0', '7', '7.0', '-1.5', '30', 'x'];
const DATES = ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '1767225600', '2027', '2025-12-31'];
const ADDRESSES = ['192.0.2.1', '192.0.2.200', '10.1.2.3', '2001:db8::1', '2001:db8:0:1::', '::'];
const BLOCKS = [
  '192.0.2.0/24',
  '192.0.2.1',
  '10.0.0.0/8',
  '2001:db8::/32',
  '2001:db8::1/128',
  '0.0.0.0/0',
  '::/0',
  '192.0.2.128/25',
];

type Condition = NonNullable<NaiveStatement['Condition']>;
const under = (
  operators: readonly string[],
  keys: readonly string[],
  values: readonly string[],
): fc.Arbitrary<Condition> =>
  fc
    .tuple(
      fc.constantFrom('', '', 'ForAnyValue:', 'ForAllValues:'),
      fc.constantFrom(...operators),
      fc.constantFrom('', '', 'IfExists'),
      fc.constantFrom(...keys),
      some(values, 3),
    )
    .map(([set, operator, ifExists, key, written]) => ({ [`${set}${operator}${ifExists}`]: { [key]: written } }));
const signed = (prefix: string, ...orders: string[]) => orders.map((order) => prefix + order);
const ORDERS = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const strings = [
  'StringEquals',
  'StringNotEquals',
  'StringLike',
  'StringNotLike',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
];

const condition: fc.Arbitrary<Condition> = fc
  .array(
    fc.oneof(
      under(
        strings,
        [...Object.keys(KEYS), 'AWS:USERNAME'],
        [
          ...Object.values(KEYS)
            .flat()
            .filter((one) => !one.includes('$')),
          ...TEMPLATES,
        ],
      ),
      under(signed('Numeric', ...ORDERS), ['kms:RotationPeriodInDays'], NUMBERS.slice(0, -1)),
      under(signed('Date', ...ORDERS), ['aws:CurrentTime'], DATES),
      under(['Bool'], ['aws:SecureTransport'], ['true', 'false']),
      under(['BinaryEquals'], ['kms:Blob'], ['AAE=', 'AAI=']),
      under(['IpAddress', 'NotIpAddress'], ['aws:SourceIp'], BLOCKS),
      under(
        ['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEquals'],
        ['aws:SourceArn'],
        ARN_PATTERNS.filter((one) => one.split(':').length >= 6),
      ),
      fc
        .tuple(fc.constantFrom(...Object.keys(KEYS)), fc.constantFrom('true', 'false'))
        .map(([key, value]): Condition => ({ Null: { [key]: [value] } })),
    ),
    { maxLength: 2 },
  )
  .map((clauses) => Object.assign({}, ...clauses) as Condition);

const context = fc.record(
  {
    ...Object.fromEntries(
      Object.entries(KEYS).map(([key, values]) => [key, fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 })]),
    ),
    'kms:RotationPeriodInDays': some(NUMBERS, 1),
    'aws:CurrentTime': some(DATES, 1),
    'aws:SecureTransport': some(['true', 'false'], 1),
    'kms:Blob': some(['AAE=', 'AAI='], 1),
    'aws:SourceIp': some(ADDRESSES, 1),
    'aws:SourceArn': some(ARNS, 1),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, readonly string[]>>>;

const ACTIONS = ['kms:Encrypt', 'kms:decrypt', 'kms:*', '*', 'KMS:?ncrypt', 'kms:DescribeKey'];
const RESOURCES = [
  '*',
  'arn:key/1',
  'arn:key/*',
  'ARN:KEY/1',
  'arn:key/${aws:username}',
  "arn:key/${aws:PrincipalTag/team, '1'}",
  '${*}',
];
const selection = <N extends string>(name: N, values: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: some(values).map((list) => ({ [name]: list })) },
    { weight: 1, arbitrary: some(values).map((list) => ({ [`Not${name}`]: list })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
const effect = fc.constantFrom('Allow' as const, 'Allow' as const, 'Allow' as const, 'Deny' as const);

const statement = (isKey: boolean): fc.Arbitrary<NaiveStatement> =>
  fc
    .tuple(
      effect,
      principal,
      fc.option(notPrincipal, { freq: 2 }),
      selection('Action', ACTIONS),
      selection('Resource', RESOURCES),
      fc.option(condition, { freq: 2 }),
    )
    .map(([Effect, Principal, NotPrincipal, action, resource, Condition]) => ({
      Effect,
      ...(isKey && (Effect === 'Deny' && NotPrincipal ? { NotPrincipal } : { Principal })),
      ...action,
      ...resource,
      ...(Condition && { Condition }),
    }));
const policy = (isKey: boolean): fc.Arbitrary<NaivePolicy> =>
  fc
    .tuple(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', undefined),
      fc.array(statement(isKey), { maxLength: 3 }),
    )
    .map(([Version, Statement]) => ({ ...(Version !== undefined && { Version }), Statement }));

const encryptionContext = fc.constantFrom<Record<string, string>>(
  {},
  { tenant: 'acme' },
  { Tenant: 'acme' },
  { tenant: 'acme', purpose: 'x' },
  { tenant: 'ACME' },
);
const grant: fc.Arbitrary<NaiveGrant> = fc.record(
  {
    actions: some(['kms:encrypt', 'kms:describekey']),
    toAccount: fc.boolean(),
    equals: encryptionContext,
    subset: encryptionContext,
  },
  { requiredKeys: ['actions'] },
);
const subject = fc
  .tuple(fc.constantFrom(OWN, OWN, OTHER), fc.constantFrom('root', 'a', 'b', 'session', 'service'))
  .map(([accountId, name]) => ({
    accountId,
    arn: name === 'root' ? root(accountId) : name === 'session' ? session(accountId) : user(accountId, name),
    names: name === 'session' ? [role(accountId)] : [],
    service: name === 'service' ? SERVICE : undefined,
  }));
const request: fc.Arbitrary<NaiveRequest> = fc.record({
  subject,
  action: fc.constantFrom('kms:Encrypt', 'kms:Decrypt', 'KMS:ENCRYPT', 'kms:DescribeKey'),
  resource: fc.constantFrom('arn:key/1', 'arn:key/a', 'arn:key/*', '*'),
  context,
  encryptionContext,
  own: fc.array(policy(false), { maxLength: 2 }),
  session: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(policy(false), { maxLength: 2 })),
  scopes: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.array(policy(false), { maxLength: 2 })),
  grants: fc.array(grant, { maxLength: 2 }),
  key: fc.option(fc.record({ accountId: fc.constantFrom(OWN, OWN, OTHER), policy: policy(true) }), {
    nil: undefined,
    freq: 6,
  }),
});

/** The same request for the evaluator under test. */
export function compiled({
  subject: who,
  own,
  session: limits,
  scopes,
  key,
  context: has,
  ...rest
}: NaiveRequest): AccessRequest {
  const values = new Map(Object.entries(has).map(([name, list]) => [name.toLowerCase(), list]));
  const parse = (one: NaivePolicy, kind: 'key' | 'identity') => parsePolicy(JSON.stringify(one), kind);
  const { service, ...named } = who;
  return {
    subject: {
      ...named,
      ...(service !== undefined && { service }),
      policies: own.map((one) => parse(one, 'identity')),
      sessionPolicies: limits.map((one) => parse(one, 'identity')),
      scopes: scopes.map((one, index) => ({ ...parse(one, 'identity'), name: `scope-${index}` })),
    },
    action: rest.action,
    resource: rest.resource,
    context: {
      values: (name) => values.get(name),
      encryptionContext: new Map(Object.entries(rest.encryptionContext)),
    },
    grants: rest.grants.map(({ actions, toAccount = false, equals, subset }, i): GrantedRight => ({
      grantId: `g${i}`,
      actions,
      toAccount,
      ...(equals && { encryptionContextEquals: new Map(Object.entries(equals)) }),
      ...(subset && { encryptionContextSubset: new Map(Object.entries(subset)) }),
    })),
    ...(key && { key: { accountId: key.accountId, policy: parse(key.policy, 'key') } }),
  };
}

describe('evaluate', () => {
  it('decides as the rules are written', () => {
    const seen = new Map<Reason, number>();
    fc.assert(
      fc.property(request, (asked) => {
        const { allowed, reason } = evaluate(compiled(asked));
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
        expect(allowed).toBe(naivelyAllowed(asked));
        expect(reason.startsWith('allowed')).toBe(allowed);
      }),
      { numRuns: 10_000 },
    );
    // The requests were varied enough to reach every reason but the one that takes a hostile policy.
    expect(seen.size).toBe(11);
  });

  it('is explained: what decided is among what matched', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const { decision, statements, grants } = explain(compiled(asked));
        expect(decision).toEqual(evaluate(compiled(asked)));
        const matched = statements.filter(({ matched: does }) => does);
        const isDenied = matched.some(({ effect: is }) => is === 'Deny');
        expect(isDenied).toBe(decision.reason.startsWith('denied'));
        if (!decision.allowed || decision.reason === 'allowed-as-root') return;
        const { grantId } = decision;
        const source = decision.reason === 'allowed-by-identity-policy' ? 'identity-policy' : 'key-policy';
        const isFound = grantId
          ? grants.some((grant) => grant.grantId === grantId && grant.matched)
          : matched.some((one) => one.source === source && one.effect === 'Allow');
        expect(isFound).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('is the same for every request where it says so', () => {
    fc.assert(
      fc.property(request, context, (asked, otherwise) => {
        const decision = evaluate(compiled({ ...asked, grants: [] }));
        fc.pre(!decision.isConditional);
        expect(evaluate(compiled({ ...asked, grants: [], context: otherwise }))).toEqual(decision);
      }),
      { numRuns: 2000 },
    );
  });

  it('never allows more because a Deny is added', () => {
    const deny = statement(true).map((one) => ({ ...one, Effect: 'Deny' as const }));
    fc.assert(
      fc.property(request, deny, (asked, more) => {
        fc.pre(asked.key !== undefined && !evaluate(compiled(asked)).allowed);
        const { key } = asked;
        const stricter = key && { ...key, policy: { ...key.policy, Statement: [...key.policy.Statement, more] } };
        expect(evaluate(compiled({ ...asked, key: stricter })).allowed).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

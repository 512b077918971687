import { beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../access/policy.ts';
import { CONDITION_KEYS } from '../../pipeline/condition-keys.ts';
import { OPERATION_KEYS } from './condition-keys.ts';
import { REGION, World, type Account } from './endpoint.fixture.ts';
import type { OperationName } from './model.gen.ts';
import { prepareFor } from './operations/requests.fixture.ts';

let world: World;
let one: Account;

beforeAll(async () => {
  world = new World();
  one = await world.account();
});

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A key whose policy allows one action under a condition, besides its administration. */
async function guardedKey(Action: string, Condition: Condition, make: object = {}): Promise<string> {
  const Principal = { AWS: one.admin.principal.arn };
  const administration = ['kms:PutKeyPolicy', 'kms:CreateAlias', 'kms:TagResource', 'kms:Describe*'];
  const Statement = [
    { Effect: 'Allow', Principal, Action: administration, Resource: '*' },
    { Effect: 'Allow', Principal, Action, Resource: '*', Condition },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const { status, text, body } = await world.call(one.admin, 'CreateKey', { ...make, Policy });
  expect([status, text]).toEqual([200, undefined]);
  return body.KeyMetadata.KeyId;
}

const Plaintext = Buffer.from('x');
const OPEN = { status: 200 };
const CLOSED = { status: 400, type: 'AccessDeniedException' };

describe('a condition of a key policy opens and closes Encrypt', () => {
  it.each<[string, Condition, object, object]>([
    [
      'kms:EncryptionContext:<key>',
      { StringEquals: { 'kms:EncryptionContext:tenant': 'acme' } },
      { EncryptionContext: { tenant: 'acme', more: 'x' } },
      { EncryptionContext: { tenant: 'other' } },
    ],
    [
      'kms:EncryptionContext:<key>, names without case',
      { StringEquals: { 'KMS:encryptioncontext:TENANT': 'acme' } },
      { EncryptionContext: { Tenant: 'acme' } },
      { EncryptionContext: { Tenant: 'Acme' } },
    ],
    [
      'kms:EncryptionContextKeys',
      {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['tenant'] },
        Null: { 'kms:EncryptionContextKeys': 'false' },
      },
      { EncryptionContext: { tenant: 'a' } },
      { EncryptionContext: { tenant: 'a', other: 'b' } },
    ],
    [
      'kms:EncryptionContextKeys, none',
      { Null: { 'kms:EncryptionContextKeys': 'true' } },
      {},
      { EncryptionContext: { a: 'b' } },
    ],
  ])('%s', async (_, condition, opened, closed) => {
    const KeyId = await guardedKey('kms:Encrypt', condition);
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext, ...opened })).toMatchObject(OPEN);
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext, ...closed })).toMatchObject(CLOSED);
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext, ...opened })).toMatchObject(OPEN);
  });

  it.each<[string, Condition, boolean]>([
    ['the address', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
    ['another address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
    ['a connection without TLS', { Bool: { 'aws:SecureTransport': 'true' } }, false],
    ['through a service, when nobody is', { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } }, false],
    ['not through a service', { StringNotEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } }, true],
    ['the account of the caller', { StringEquals: { 'kms:CallerAccount': '${aws:PrincipalAccount}' } }, true],
    ['the name of the caller', { StringEquals: { 'aws:username': 'admin' } }, true],
    ['the ARN of the caller', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/adm*' } }, true],
    [
      'the spec of the key',
      { StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyUsage': 'ENCRYPT_DECRYPT' } },
      true,
    ],
    ['the origin of the key', { StringEquals: { 'kms:KeyOrigin': 'EXTERNAL' } }, false],
    ['one Region', { Bool: { 'kms:MultiRegion': 'false' } }, true],
    ['the Region', { StringEquals: { 'aws:RequestedRegion': REGION } }, true],
    ['the algorithm that is the default', { StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } }, true],
    ['a second factor, that nobody has', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, false],
    ['before a date', { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, false],
    ['after a date', { NumericGreaterThan: { 'aws:EpochTime': '1577836800' } }, true],
  ])('%s', async (_, condition, opens) => {
    const KeyId = await guardedKey('kms:Encrypt', condition);
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(opens ? OPEN : CLOSED);
  });

  it('the time, as it goes by', async () => {
    const until = new Date(world.clock() + 60_000).toISOString();
    const KeyId = await guardedKey('kms:Encrypt', { DateLessThan: { 'aws:CurrentTime': until } });
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(OPEN);
    world.clock.set(world.clock() + 60_000);
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(CLOSED);
  });

  it('the alias in the request and those of the key', async () => {
    const byRequest = await guardedKey('kms:Encrypt', { StringLike: { 'kms:RequestAlias': 'alias/open-*' } });
    const byKey = await guardedKey('kms:Encrypt', {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/open-2' },
    });
    await world.call(one.admin, 'CreateAlias', { AliasName: 'alias/open-1', TargetKeyId: byRequest });
    expect(await world.call(one.admin, 'Encrypt', { KeyId: 'alias/open-1', Plaintext })).toMatchObject(OPEN);
    const arn = `arn:aws:kms:${REGION}:${one.accountId}:alias/open-1`;
    expect(await world.call(one.admin, 'Encrypt', { KeyId: arn, Plaintext })).toMatchObject(OPEN);
    expect(await world.call(one.admin, 'Encrypt', { KeyId: byRequest, Plaintext })).toMatchObject(CLOSED);
    expect(await world.call(one.admin, 'Encrypt', { KeyId: byKey, Plaintext })).toMatchObject(CLOSED);
    await world.call(one.admin, 'CreateAlias', { AliasName: 'alias/open-2', TargetKeyId: byKey });
    expect(await world.call(one.admin, 'Encrypt', { KeyId: byKey, Plaintext })).toMatchObject(OPEN);
  });

  it('a tag of the key', async () => {
    const KeyId = await guardedKey('kms:Encrypt', { StringEquals: { 'aws:ResourceTag/team': 'red' } });
    const tag = (TagValue: string) =>
      world.call(one.admin, 'TagResource', { KeyId, Tags: [{ TagKey: 'Team', TagValue }] });
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(CLOSED);
    await tag('red');
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(OPEN);
    await tag('blue');
    expect(await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).toMatchObject(CLOSED);
  });
});

describe('names that look alike', () => {
  it.each<[string, string, boolean]>([
    ['tenant', 'TENANT', true],
    ['tenant', 'ten\u0430nt', false],
    ['tenant', 'tenant ', false],
    ['tenant', '\u0074\u0065nant', true],
    ['k', 'K', true],
    ['k', '\u212a', false],
    ['\u00e5', '\u212b', false],
    ['caf\u00e9', 'cafe\u0301', false],
    ['__proto__', '__proto__', true],
  ])('%j and %j: %s', async (asked, given, isSame) => {
    const KeyId = await guardedKey('kms:Encrypt', { StringEquals: { [`kms:EncryptionContext:${asked}`]: 'x' } });
    const rawBody = Buffer.from(
      `{"KeyId":"${KeyId}","Plaintext":"eA==","EncryptionContext":{${JSON.stringify(given)}:"x"}}`,
    );
    expect(await world.call(one.admin, 'Encrypt', {}, { rawBody })).toMatchObject(isSame ? OPEN : CLOSED);
  });
});

describe('headers that claim something', () => {
  it.each([
    ['X-Forwarded-For', '10.0.0.1'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Amz-Source-Vpc', 'vpc-1'],
    ['X-Amz-Via-Service', 's3'],
  ])('%s is not believed', async (name, value) => {
    const conditions: Condition[] = [
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { Bool: { 'aws:SecureTransport': 'true' } },
      { StringLike: { 'aws:SourceVpc': '*' } },
      { StringLike: { 'kms:ViaService': '*' } },
    ];
    for (const condition of conditions) {
      const KeyId = await guardedKey('kms:Encrypt', condition);
      const answer = await world.call(one.admin, 'Encrypt', { KeyId, Plaintext }, { headers: { [name]: value } });
      expect(answer).toMatchObject(CLOSED);
    }
  });
});

const requires = (operator: string, key: string, value: string | readonly string[]): Condition => ({
  [operator]: { [key]: value },
});

describe('what an operation is asked for', () => {
  /** An operation with inputs that meet the condition and that do not. */
  it.each<[OperationName, string, Condition, object, object]>([
    [
      'Sign',
      'kms:MessageType',
      requires('StringEquals', 'kms:MessageType', 'RAW'),
      { Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' },
      { Message: Buffer.alloc(32), MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' },
    ],
    [
      'Verify',
      'kms:SigningAlgorithm',
      requires('StringEquals', 'kms:SigningAlgorithm', 'ECDSA_SHA_384'),
      { Message: Plaintext, Signature: Plaintext, SigningAlgorithm: 'ECDSA_SHA_384' },
      { Message: Plaintext, Signature: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' },
    ],
    [
      'GenerateMac',
      'kms:MacAlgorithm',
      requires('StringLike', 'kms:MacAlgorithm', '*256'),
      { Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' },
      { Message: Plaintext, MacAlgorithm: 'HMAC_SHA_512' },
    ],
    [
      'GenerateDataKeyPair',
      'kms:DataKeyPairSpec',
      requires('StringEquals', 'kms:DataKeyPairSpec', 'ECC_NIST_P256'),
      { KeyPairSpec: 'ECC_NIST_P256' },
      { KeyPairSpec: 'ECC_NIST_P384' },
    ],
    [
      'ScheduleKeyDeletion',
      'kms:ScheduleKeyDeletionPendingWindowInDays',
      requires('NumericGreaterThanEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', '30'),
      {},
      { PendingWindowInDays: 7 },
    ],
    [
      'EnableKeyRotation',
      'kms:RotationPeriodInDays',
      requires('NumericLessThanEquals', 'kms:RotationPeriodInDays', '365'),
      {},
      { RotationPeriodInDays: 400 },
    ],
    [
      'GetParametersForImport',
      'kms:WrappingAlgorithm',
      requires('StringEquals', 'kms:WrappingAlgorithm', 'RSAES_OAEP_SHA_256'),
      { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
      { WrappingAlgorithm: 'RSAES_OAEP_SHA_1', WrappingKeySpec: 'RSA_2048' },
    ],
    [
      'TagResource',
      'aws:RequestTag and aws:TagKeys',
      {
        ...requires('StringEquals', 'aws:RequestTag/team', ['red', 'blue']),
        ...requires('ForAllValues:StringEquals', 'aws:TagKeys', ['team']),
      },
      { Tags: [{ TagKey: 'team', TagValue: 'red' }] },
      {
        Tags: [
          { TagKey: 'team', TagValue: 'red' },
          { TagKey: 'x', TagValue: 'y' },
        ],
      },
    ],
    [
      'UntagResource',
      'aws:TagKeys',
      requires('ForAllValues:StringEquals', 'aws:TagKeys', ['team']),
      { TagKeys: ['team'] },
      { TagKeys: ['team', 'other'] },
    ],
    [
      'CreateGrant',
      'kms:GrantOperations',
      requires('ForAllValues:StringEquals', 'kms:GrantOperations', ['Decrypt', 'Encrypt']),
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'] },
      { GranteePrincipal: 'SELF', Operations: ['Decrypt', 'Sign'] },
    ],
    [
      'CreateGrant',
      'kms:GranteePrincipal',
      requires('ArnLike', 'kms:GranteePrincipal', 'arn:aws:iam::*:user/admin'),
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'] },
      { GranteePrincipal: 'ACCOUNT', Operations: ['Decrypt'] },
    ],
    [
      'CreateGrant',
      'kms:GrantConstraintType',
      requires('StringEquals', 'kms:GrantConstraintType', 'EncryptionContextEquals'),
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'], Constraints: { EncryptionContextEquals: { a: 'b' } } },
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'] },
    ],
    [
      'CreateGrant',
      'kms:EncryptionContext of its constraints',
      requires('StringEquals', 'kms:EncryptionContext:a', 'b'),
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'], Constraints: { EncryptionContextSubset: { a: 'b' } } },
      { GranteePrincipal: 'SELF', Operations: ['Decrypt'], Constraints: { EncryptionContextSubset: { a: 'c' } } },
    ],
  ])('%s: %s', async (operation, _, condition, opened, closed) => {
    const named = (input: object) =>
      JSON.parse(
        JSON.stringify(input).replaceAll('SELF', one.admin.principal.arn).replaceAll('ACCOUNT', one.accountId),
      ) as object;
    const allow = (Condition?: Condition) =>
      parsePolicy(
        JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*', ...(Condition && { Condition }) },
        }),
        'identity',
      );
    const kind = operation === 'GetParametersForImport' ? 'pending import' : 'enabled';
    const { id: KeyId } = await prepareFor(world, one, operation, kind);
    const ask = (input: object) =>
      world.callAs(one, [allow(condition)], operation, { KeyId, ...withBytes(named(input)) });
    expect(await ask(closed)).toMatchObject(CLOSED);
    expect((await ask(opened)).type).not.toBe('AccessDeniedException');
  });
});

/** Buffers that JSON made plain. */
function withBytes(input: object): object {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      (value as { type?: string }).type === 'Buffer' ? Buffer.from((value as { data: number[] }).data) : value,
    ]),
  );
}

describe('kms:GrantIsForAWSResource', () => {
  it.each([
    ['true', CLOSED],
    ['false', OPEN],
  ])('%s', async (value, expected) => {
    const KeyId = await guardedKey('kms:CreateGrant', requires('Bool', 'kms:GrantIsForAWSResource', value));
    const grant = { KeyId, GranteePrincipal: one.admin.principal.arn, Operations: ['Decrypt'] };
    expect(await world.call(one.admin, 'CreateGrant', grant)).toMatchObject(expected);
  });
});

describe('ReEncrypt', () => {
  it('shows each side its own encryption context', async () => {
    const from = await guardedKey('kms:*', requires('StringEqualsIfExists', 'kms:EncryptionContext:side', 'from'));
    const to = await guardedKey('kms:*', requires('StringEqualsIfExists', 'kms:EncryptionContext:side', 'to'));
    const sealed = await world.call(one.admin, 'Encrypt', {
      KeyId: from,
      Plaintext,
      EncryptionContext: { side: 'from' },
    });
    const { CiphertextBlob } = sealed.body;
    const ask = (side: string) =>
      world.call(one.admin, 'ReEncrypt', {
        CiphertextBlob,
        SourceEncryptionContext: { side: 'from' },
        DestinationKeyId: to,
        DestinationEncryptionContext: { side },
      });
    expect(await ask('to')).toMatchObject(OPEN);
    expect(await ask('from')).toMatchObject(CLOSED);
  });

  it('tells whether it stays on one key', async () => {
    const KeyId = await guardedKey('kms:*', requires('BoolIfExists', 'kms:ReEncryptOnSameKey', 'true'));
    const other = await guardedKey('kms:*', {});
    const { CiphertextBlob } = (await world.call(one.admin, 'Encrypt', { KeyId, Plaintext })).body;
    const ask = (DestinationKeyId: string) => world.call(one.admin, 'ReEncrypt', { CiphertextBlob, DestinationKeyId });
    expect(await ask(KeyId)).toMatchObject(OPEN);
    expect(await ask(other)).toMatchObject(CLOSED);
  });
});

describe('CreateKey, before there is a key', () => {
  it.each<[string, Condition, object, object]>([
    [
      'kms:KeySpec',
      requires('StringEquals', 'kms:KeySpec', 'SYMMETRIC_DEFAULT'),
      {},
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    ],
    ['kms:KeyOrigin', requires('StringEquals', 'kms:KeyOrigin', 'AWS_KMS'), {}, { Origin: 'EXTERNAL' }],
    ['kms:MultiRegion', requires('Bool', 'kms:MultiRegion', 'false'), {}, { MultiRegion: true }],
    [
      'aws:RequestTag',
      requires('StringEquals', 'aws:RequestTag/team', '${aws:username}'),
      { Tags: [{ TagKey: 'team', TagValue: 'admin' }] },
      {},
    ],
  ])('%s', async (_, Condition, opened, closed) => {
    const Statement = { Effect: 'Allow', Action: ['kms:CreateKey', 'kms:TagResource'], Resource: '*', Condition };
    const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
    expect(await world.callAs(one, [policy], 'CreateKey', opened)).toMatchObject(OPEN);
    expect(await world.callAs(one, [policy], 'CreateKey', closed)).toMatchObject(CLOSED);
  });

  it('kms:KeyRing: no key gets around a Deny on the ring by this wire', async () => {
    const making = { Action: 'kms:CreateKey', Resource: '*' };
    const denying = (ring: string) => {
      const Condition = { StringEquals: { 'kms:KeyRing': ring } };
      const Statement = [
        { ...making, Effect: 'Allow' },
        { ...making, Effect: 'Deny', Condition },
      ];
      return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
    };
    expect(await world.callAs(one, [denying('default')], 'CreateKey', {})).toMatchObject(CLOSED);
    expect(await world.callAs(one, [denying('payments')], 'CreateKey', {})).toMatchObject(OPEN);
  });
});

describe('an explanation', () => {
  it('tells of grants', async () => {
    const bob = await world.actor(one.tenant, 'bob', []);
    const { KeyId } = (await world.call(one.admin, 'CreateKey', {})).body.KeyMetadata;
    const grant = (Operations: string[], Constraints?: object) =>
      world.call(one.admin, 'CreateGrant', { KeyId, GranteePrincipal: bob.principal.arn, Operations, Constraints });
    const open = await world.keys.find(one.instance, KeyId);
    const asked = (context: [string, string][]) => {
      const { principal } = bob;
      const call = { principal, source: { protocol: 'explain', address: '' } };
      const target = {
        action: 'kms:Encrypt',
        resource: `arn:aws:kms:${REGION}:${one.accountId}:key/${KeyId}`,
        ...(open && { key: open }),
        accountId: one.accountId,
        context: { values: () => undefined, encryptionContext: new Map(context) },
      };
      return world.pipeline.explain(call, target, world.clock());
    };
    const bound = (await grant(['Encrypt'], { EncryptionContextEquals: { tenant: 'acme' } })).body.GrantId;
    const other = (await grant(['Decrypt'])).body.GrantId;
    const allowed = await asked([['tenant', 'acme']]);
    expect(allowed.decision).toMatchObject({ allowed: true, reason: 'allowed-by-grant', grantId: bound });
    const refused = await asked([]);
    expect(refused.decision).toMatchObject({ allowed: false, reason: 'no-statement-allows' });
    const told = new Map(refused.grants.map(({ grantId, because }) => [grantId, because]));
    expect([told.get(bound), told.get(other)]).toEqual(['encryption-context', 'action']);
  });
});

describe('the tables of condition keys', () => {
  it('have every name once, and those that the reference names', () => {
    for (const table of [CONDITION_KEYS, OPERATION_KEYS]) {
      const names = table.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    }
    const all = new Set([...CONDITION_KEYS, ...OPERATION_KEYS].map(({ name }) => name));
    const named =
      'BypassPolicyLockoutSafetyCheck CallerAccount CustomerMasterKeySpec CustomerMasterKeyUsage DataKeyPairSpec EncryptionAlgorithm EncryptionContext: EncryptionContextKeys ExpirationModel GrantConstraintType GrantIsForAWSResource GrantOperations GranteePrincipal KeyAgreementAlgorithm KeyOrigin KeySpec KeyUsage MacAlgorithm MessageType MultiRegion MultiRegionKeyType PrimaryRegion ReEncryptOnSameKey ReplicaRegion RequestAlias ResourceAliases RetiringPrincipal RotationPeriodInDays ScheduleKeyDeletionPendingWindowInDays SigningAlgorithm ValidTo WrappingAlgorithm WrappingKeySpec RecipientAttestation:';
    expect(named.split(' ').filter((name) => !all.has(`kms:${name}`))).toEqual([]);
  });
});

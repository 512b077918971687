import { beforeAll, describe, expect, it } from 'vitest';
import { REGION, World, type Account } from '../endpoint.fixture.ts';
import { iamIdOf } from '../../../identity/iam-id.ts';
import type { OperationName } from '../model.gen.ts';
import { defaultAccessPolicy } from '../../../keys/access-policy.ts';

let world: World;
let one: Account;

beforeAll(async () => {
  world = new World();
  one = await world.account();
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ TagKey: `k${i}`, TagValue: '' }));

describe('CreateKey', () => {
  it("answers what AWS's own example answers", async () => {
    const { body } = await call('CreateKey', {});
    const { KeyId } = body.KeyMetadata;
    expect(body).toEqual({
      KeyMetadata: {
        AWSAccountId: one.accountId,
        Arn: `arn:aws:kms:${REGION}:${one.accountId}:key/${KeyId}`,
        CreationDate: world.clock() / 1000,
        CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
        Description: '',
        Enabled: true,
        EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
        KeyId: expect.stringMatching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/) as string,
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyState: 'Enabled',
        KeyUsage: 'ENCRYPT_DECRYPT',
        MultiRegion: false,
        Origin: 'AWS_KMS',
      },
    });
    expect((await call('DescribeKey', { KeyId })).body).toEqual(body);
  });

  it('keeps who made it', async () => {
    const { body } = await call('CreateKey', {});
    const open = await world.keys.find(one.instance, body.KeyMetadata.KeyId);
    expect(open?.key.createdBy).toBe(iamIdOf(one.admin.principal));
  });

  it('makes a key that waits for material', async () => {
    const { body } = await call('CreateKey', { Origin: 'EXTERNAL', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' });
    expect(body.KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'PendingImport', Origin: 'EXTERNAL' });
    for (const absent of ['CurrentKeyMaterialId', 'ExpirationModel', 'ValidTo', 'DeletionDate']) {
      expect(body.KeyMetadata).not.toHaveProperty(absent);
    }
  });

  it.each<[object, string, string]>([
    [
      { KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048' },
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    ],
    [
      { KeySpec: 'RSA_2048' },
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' },
      'ValidationException',
      'KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048',
    ],
    [
      { KeyUsage: 'SIGN_VERIFY' },
      'ValidationException',
      'KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT',
    ],
    [{ Tags: tags(51) }, 'TagException', 'Too many tags'],
    [{ Tags: [{ TagKey: 'aws:x', TagValue: '' }] }, 'TagException', 'Tags beginning with aws: are reserved'],
    [{ Tags: [...tags(1), ...tags(1)] }, 'TagException', 'Duplicate tag keys'],
  ])('refuses %o', async (input, type, text) => {
    expect(await call('CreateKey', input)).toMatchObject({ status: 400, type, text });
  });

  it('takes 50 tags, and __proto__ for the name of one', async () => {
    const fifty = [...tags(49), { TagKey: '__proto__', TagValue: 'x' }];
    const { body } = await call('CreateKey', { Tags: fifty, MultiRegion: false });
    const listed = await call('ListResourceTags', { KeyId: body.KeyMetadata.KeyId });
    expect(listed.body.Tags).toHaveLength(50);
    expect(listed.body.Tags[0]).toEqual({ TagKey: '__proto__', TagValue: 'x' });
  });
});

const allow = (AWS: unknown, Action = 'kms:*') => ({ Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;

describe('key policies', () => {
  it('begin as the default policy and are answered as they were put', async () => {
    const { KeyId } = (await call('CreateKey', {})).body.KeyMetadata;
    const { body } = await call('GetKeyPolicy', { KeyId });
    expect(body).toEqual({ Policy: defaultAccessPolicy(one.accountId), PolicyName: 'default' });
    const Policy = ` ${policy(allow(root(one.accountId)))}\n`;
    expect(await call('PutKeyPolicy', { KeyId, Policy })).toMatchObject({ status: 200, body: {} });
    expect((await call('GetKeyPolicy', { KeyId, PolicyName: 'default' })).body.Policy).toBe(Policy);
    expect((await call('ListKeyPolicies', { KeyId })).body).toEqual({ PolicyNames: ['default'], Truncated: false });
  });

  const MALFORMED = 'MalformedPolicyDocumentException';
  const UNKNOWN = 'Policy contains a statement with one or more invalid principals.';
  const LOCKOUT = 'The new key policy will not allow you to update the key policy in the future.';
  const refused: [string, (accountId: string) => string, string, string | RegExp][] = [
    ['no JSON', () => '{', MALFORMED, /JSON/],
    ['no statement', () => '{}', MALFORMED, /Statement/],
    ['an unknown user', (id) => policy(allow(root(id)), allow(`arn:aws:iam::${id}:user/nobody`)), MALFORMED, UNKNOWN],
    ['a role: there are none', (id) => policy(allow(root(id)), allow(`arn:aws:iam::${id}:role/x`)), MALFORMED, UNKNOWN],
    ['an unknown account', (id) => policy(allow(root(id)), allow('000000000000')), MALFORMED, UNKNOWN],
    ['a lockout', (id) => policy(allow(root(id), 'kms:Encrypt')), MALFORMED, LOCKOUT],
    ['an empty policy', () => policy(), MALFORMED, LOCKOUT],
    [
      'a condition that its author does not meet',
      (id) => policy({ ...allow(root(id)), Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
      MALFORMED,
      LOCKOUT,
    ],
    [
      'an unknown operator',
      (id) => policy({ ...allow(root(id)), Condition: { StringIs: { 'aws:username': 'x' } } }),
      MALFORMED,
      /StringIs/,
    ],
    ['33 KiB', (id) => policy(allow(root(id))).padEnd(32 * 1024 + 1), 'LimitExceededException', /32768/],
  ];

  it.each(refused)('are not %s', async (_, textOf, type, text) => {
    const Policy = textOf(one.accountId);
    const { KeyId } = (await call('CreateKey', {})).body.KeyMetadata;
    const expected = { status: 400, type, text: expect.stringMatching(text) as string };
    expect(await call('PutKeyPolicy', { KeyId, Policy })).toMatchObject(expected);
    expect(await call('CreateKey', { Policy })).toMatchObject(expected);
    expect((await call('GetKeyPolicy', { KeyId })).body.Policy).toBe(defaultAccessPolicy(one.accountId));
  });

  it('may lock everybody out where that is asked for, and name users and accounts that are there', async () => {
    const bypass = { BypassPolicyLockoutSafetyCheck: true };
    const made = await call('CreateKey', { Policy: policy(), ...bypass });
    const { KeyId } = made.body.KeyMetadata;
    expect(await call('DescribeKey', { KeyId })).toMatchObject({ type: 'AccessDeniedException' });
    const named = policy(allow([one.admin.principal.arn, one.accountId]), allow('*', 'kms:DescribeKey'));
    expect(await call('CreateKey', { Policy: named })).toMatchObject({ status: 200 });
    const elsewhere = policy(
      allow(root(one.accountId).replace('aws', 'aws-cn')),
      { ...allow(''), Principal: { Service: 's3.amazonaws.com' } },
      { ...allow(''), Principal: { Federated: 'accounts.google.com' } },
    );
    expect(await call('CreateKey', { Policy: elsewhere })).toMatchObject({ status: 200 });
    expect(await call('CreateKey', { Policy: policy(allow(root(one.accountId))).padEnd(32 * 1024) })).toMatchObject({
      status: 200,
    });
  });

  it('have one name', async () => {
    const { KeyId } = (await call('CreateKey', {})).body.KeyMetadata;
    const other = { KeyId, PolicyName: 'other', Policy: policy() };
    for (const operation of ['GetKeyPolicy', 'PutKeyPolicy'] as const) {
      expect(await call(operation, other)).toMatchObject({ type: 'NotFoundException', text: 'No such policy exists' });
    }
  });
});

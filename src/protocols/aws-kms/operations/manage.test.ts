import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { REGION, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { prepare, type Prepared } from './requests.fixture.ts';

let world: World;
let one: Account;
let key: Prepared;

beforeAll(async () => {
  world = new World();
  one = await world.account();
  key = await prepare(world, one, 'enabled');
});

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
const aliasArn = (name: string) => `arn:aws:kms:${REGION}:${one.accountId}:${name}`;

describe('deletion', () => {
  it.each([7, 30, undefined])('waits %s days', async (PendingWindowInDays) => {
    const { id, arn } = await prepare(world, one, 'enabled');
    const { body } = await call('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays });
    const days = PendingWindowInDays ?? 30;
    const DeletionDate = (world.clock() + days * DAY) / 1000;
    expect(body).toEqual({ KeyId: arn, DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays: days });
    const { KeyMetadata } = (await call('DescribeKey', { KeyId: id })).body;
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', Enabled: false, DeletionDate });
    expect((await call('CancelKeyDeletion', { KeyId: id })).body).toEqual({ KeyId: arn });
    const back = (await call('DescribeKey', { KeyId: id })).body.KeyMetadata;
    expect(back).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    expect(back).not.toHaveProperty('DeletionDate');
  });

  it.each([1, 6, 31, 365])('does not wait %i days', async (PendingWindowInDays) => {
    const answer = await call('ScheduleKeyDeletion', { KeyId: key.id, PendingWindowInDays });
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' });
  });
});

describe('rotation on demand', () => {
  it('is possible 25 times, and old ciphertexts go on to open', async () => {
    const { id, arn, blob } = await prepare(world, one, 'enabled');
    const rotate = () => call('RotateKeyOnDemand', { KeyId: id });
    for (let i = 0; i < 25; i++) expect(await rotate()).toMatchObject({ status: 200, body: { KeyId: arn } });
    expect(await rotate()).toMatchObject({
      status: 400,
      type: 'LimitExceededException',
      text: `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    });
    expect((await call('Decrypt', { CiphertextBlob: blob })).status).toBe(200);
    const { Rotations } = (await call('ListKeyRotations', { KeyId: id })).body;
    expect(Rotations).toHaveLength(25);
    const { CurrentKeyMaterialId } = (await call('DescribeKey', { KeyId: id })).body.KeyMetadata;
    expect(Rotations.at(-1)).toEqual({
      KeyId: id,
      KeyMaterialId: CurrentKeyMaterialId,
      KeyMaterialState: 'CURRENT',
      RotationDate: world.clock() / 1000,
      RotationType: 'ON_DEMAND',
    });
  });
});

describe('descriptions', () => {
  it.each(['', 'ünï \u0000 cödé', 'x'.repeat(8192)])(
    'can be anything up to 8192 characters: %#',
    async (Description) => {
      expect(await call('UpdateKeyDescription', { KeyId: key.id, Description })).toMatchObject({ status: 200 });
      const { KeyMetadata } = (await call('DescribeKey', { KeyId: key.id })).body;
      expect(KeyMetadata.Description).toBe(Description);
    },
  );
});

describe('aliases', () => {
  it.each<[string, string, string | RegExp]>([
    [
      'name',
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    ['alias/', 'InvalidAliasNameException', /./],
    ['alias/a:b', 'InvalidAliasNameException', /./],
    ['alias/aws/s3', 'NotAuthorizedException', /^$/],
    ['alias/ü', 'ValidationException', /Member must satisfy regular expression pattern/],
    [`alias/${'a'.repeat(251)}`, 'ValidationException', /length less than or equal to 256/],
  ])('are not called %s', async (AliasName, type, text) => {
    const input = { AliasName, TargetKeyId: key.id };
    for (const operation of ['CreateAlias', 'UpdateAlias', 'DeleteAlias'] as const) {
      const answer = await call(operation, input);
      expect([answer.status, answer.type]).toEqual([400, type]);
      expect(answer.text).toMatch(text);
    }
  });

  it('are unique, can be moved, and stop working when they are taken away', async () => {
    const AliasName = `alias/${'a'.repeat(250)}`;
    const at = world.clock();
    const create = () => call('CreateAlias', { AliasName, TargetKeyId: key.id });
    expect(await create()).toMatchObject({ status: 200, body: {} });
    expect(await create()).toMatchObject({
      status: 400,
      type: 'AlreadyExistsException',
      text: `An alias with the name ${aliasArn(AliasName)} already exists`,
    });
    expect(await call('CreateAlias', { AliasName, TargetKeyId: key.otherId })).toMatchObject({
      type: 'AlreadyExistsException',
    });
    world.clock.set(at + 1000);
    expect(await call('UpdateAlias', { AliasName, TargetKeyId: key.otherId })).toMatchObject({ status: 200 });
    const described = await call('DescribeKey', { KeyId: aliasArn(AliasName) });
    expect(described.body.KeyMetadata.KeyId).toBe(key.otherId);
    const { Aliases } = (await call('ListAliases', { KeyId: key.otherId })).body;
    expect(Aliases).toMatchObject([{ AliasName, CreationDate: at / 1000, LastUpdatedDate: at / 1000 + 1 }]);
    expect(await call('DeleteAlias', { AliasName })).toMatchObject({ status: 200, body: {} });
    const missing = { status: 400, type: 'NotFoundException', text: `Alias ${aliasArn(AliasName)} is not found.` };
    expect(await call('DeleteAlias', { AliasName })).toMatchObject(missing);
    expect(await call('UpdateAlias', { AliasName, TargetKeyId: key.id })).toMatchObject(missing);
    expect(await call('DescribeKey', { KeyId: AliasName })).toMatchObject(missing);
    expect(await create()).toMatchObject({ status: 200 });
    await call('DeleteAlias', { AliasName });
  });

  it('can be moved away from a key that is to be deleted', async () => {
    const { id, alias } = await prepare(world, one, 'pending deletion');
    expect(await call('UpdateAlias', { AliasName: alias, TargetKeyId: id })).toMatchObject({
      type: 'KMSInvalidStateException',
    });
    expect(await call('UpdateAlias', { AliasName: alias, TargetKeyId: key.id })).toMatchObject({ status: 200 });
    await call('DeleteAlias', { AliasName: alias });
  });

  it('are 50 on one key at most', async () => {
    const { id } = await prepare(world, one, 'enabled');
    const create = (n: number) => call('CreateAlias', { AliasName: `alias/many-${n}`, TargetKeyId: id });
    for (let n = 1; n < 50; n++) expect((await create(n)).status).toBe(200);
    expect(await create(50)).toMatchObject({ status: 400, type: 'LimitExceededException' });
  });
});

describe('tags', () => {
  it('are merged by their keys, and unknown keys are passed over when they go', async () => {
    const { id: KeyId } = await prepare(world, one, 'enabled');
    const tag = (...Tags: [string, string][]) =>
      call('TagResource', { KeyId, Tags: Tags.map(([TagKey, TagValue]) => ({ TagKey, TagValue })) });
    expect(await tag(['a', '1'], ['b', '2'])).toMatchObject({ status: 200, body: {} });
    await tag(['b', '3'], ['c', '']);
    expect(await call('UntagResource', { KeyId, TagKeys: ['a', 'unknown'] })).toMatchObject({ status: 200, body: {} });
    expect((await call('ListResourceTags', { KeyId })).body).toEqual({
      Tags: [
        { TagKey: 'b', TagValue: '3' },
        { TagKey: 'c', TagValue: '' },
      ],
      Truncated: false,
    });
    const many = Array.from({ length: 49 }, (_, i): [string, string] => [`k${i}`, '']);
    expect(await tag(...many)).toMatchObject({ status: 400, type: 'TagException', text: 'Too many tags' });
    expect(await tag(...many.slice(1))).toMatchObject({ status: 200 });
    expect(await tag(['AWS:x', ''])).toMatchObject({ text: 'Tags beginning with aws: are reserved' });
    expect(await tag(['d', ''], ['d', ''])).toMatchObject({ text: 'Duplicate tag keys' });
    const empty = await tag(['', '']);
    expect(empty).toMatchObject({ type: 'ValidationException' });
    expect(empty.text).toContain("at 'tags.1.member.tagKey' failed to satisfy constraint");
  });
});

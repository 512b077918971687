import { beforeEach, describe, expect, it } from 'vitest';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { REGION as HOME, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { newStore } from './requests.fixture.ts';

const WEST = 'eu-west-1';
let world: World;
let one: Account;
const call = <N extends OperationName>(operation: N, input: object = {}, region = HOME) =>
  world.call(one.admin, operation, input, { region });
const newKey = async (more: object = {}) => (await call('CreateKey', more)).body.KeyMetadata.KeyId;

beforeEach(async () => {
  world = new World();
  const low = { keysPerRegion: 4, aliasesPerKey: 2, policyBytes: 250, tagsPerKey: 3, onDemandRotations: 1 };
  Object.assign(world.quotas, low);
  one = await world.account();
  await world.ensureRegions(one.tenant, [WEST]);
});

describe('the quota of keys', () => {
  it('is one account and region, until a key is destroyed', async () => {
    const [first] = [await newKey(), await newKey(), await newKey(), await newKey()];
    const refused = await call('CreateKey');
    expect(refused).toMatchObject({ status: 400, type: 'LimitExceededException' });
    expect(refused.text).toContain('(4, the quota keysPerRegion)');
    const last = JSON.parse(world.store.entries().at(-1)?.leaf.toString() ?? '') as object;
    expect(last).toMatchObject({ action: 'kms:CreateKey', outcome: 'refused', reason: 'key-limit' });
    expect(await call('CreateKey', {}, WEST)).toMatchObject({ status: 200 });
    const two = await world.account('two');
    expect(await world.call(two.admin, 'CreateKey')).toMatchObject({ status: 200 });

    await call('ScheduleKeyDeletion', { KeyId: first, PendingWindowInDays: 7 });
    expect((await call('CreateKey')).type).toBe('LimitExceededException');
    world.clock.set(world.clock() + 7 * DAY);
    await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    expect(await call('CreateKey')).toMatchObject({ status: 200 });
  });

  it('is exact, however many are made at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('CreateKey')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect((await call('ListKeys')).body.Keys).toHaveLength(4);
  });

  it('counts a replica where it is made', async () => {
    const KeyId = await newKey({ MultiRegion: true });
    for (let i = 0; i < 4; i++) await call('CreateKey', {}, WEST);
    const refused = await call('ReplicateKey', { KeyId, ReplicaRegion: WEST });
    expect(refused.type).toBe('LimitExceededException');
  });
});

describe('the quota of custom key stores', () => {
  it('is exact, however many are made at the same time', async () => {
    Object.assign(world.quotas, { keyStoresPerRegion: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('CreateCustomKeyStore', newStore())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    for (const { type, text } of answers.filter(({ status }) => status !== 200)) {
      expect([type, text]).toEqual([
        'LimitExceededException',
        expect.stringContaining('(2, the quota keyStoresPerRegion)'),
      ]);
    }
    expect((await call('DescribeCustomKeyStores')).body.CustomKeyStores).toHaveLength(2);
  });
});

describe('quotas of one key', () => {
  it('bound its aliases, also those that move to it', async () => {
    const [KeyId, other] = [await newKey(), await newKey()];
    for (const name of ['a', 'b']) await call('CreateAlias', { AliasName: `alias/${name}`, TargetKeyId: KeyId });
    await call('CreateAlias', { AliasName: 'alias/c', TargetKeyId: other });
    for (const operation of ['CreateAlias', 'UpdateAlias'] as const) {
      const AliasName = operation === 'CreateAlias' ? 'alias/d' : 'alias/c';
      const refused = await call(operation, { AliasName, TargetKeyId: KeyId });
      expect(refused.type).toBe('LimitExceededException');
      expect(refused.text).toContain('(2, the quota aliasesPerKey)');
    }
  });

  it('bound its policy', async () => {
    const KeyId = await newKey();
    const Policy = JSON.stringify({
      Id: 'x'.repeat(200),
      Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
    });
    for (const refused of [await call('PutKeyPolicy', { KeyId, Policy }), await call('CreateKey', { Policy })]) {
      expect(refused.type).toBe('LimitExceededException');
      expect(refused.text).toContain('250 bytes (the quota policyBytes)');
    }
  });

  it('bound its tags', async () => {
    const Tags = ['a', 'b', 'c', 'd'].map((TagKey) => ({ TagKey, TagValue: '' }));
    expect(await call('CreateKey', { Tags })).toMatchObject({ type: 'TagException', text: 'Too many tags' });
    const KeyId = await newKey({ Tags: Tags.slice(0, 3) });
    expect((await call('TagResource', { KeyId, Tags: Tags.slice(3) })).type).toBe('TagException');
  });

  it('bound its rotations on demand', async () => {
    const KeyId = await newKey();
    expect(await call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
    expect((await call('RotateKeyOnDemand', { KeyId })).type).toBe('LimitExceededException');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { REGION, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { IMPLEMENTED, newStore } from './requests.fixture.ts';

const MODEL = join(import.meta.dirname, '../../../../contracts/aws-kms/model.json');

let world: World;
let one: Account;
let two: Account;
const ids: string[] = [];

const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);

beforeAll(makeWorld);

async function makeWorld(): Promise<void> {
  ids.length = 0;
  grantIds.length = 0;
  storeIds.length = 0;
  world = new World();
  one = await world.account('one');
  two = await world.account('two');
  for (let i = 0; i < 5; i++) ids.push((await call('CreateKey', {})).body.KeyMetadata.KeyId);
  for (const [i, name] of ['c', 'a', 'e', 'b', 'd'].entries()) {
    await call('CreateAlias', { AliasName: `alias/${name}`, TargetKeyId: ids[i === 4 ? 0 : i] });
  }
  const Tags = ['z', '__proto__', 'm', 'B', 'é'].map((TagKey) => ({ TagKey, TagValue: TagKey }));
  await call('TagResource', { KeyId: ids[0], Tags });
  for (let i = 0; i < 3; i++) {
    world.clock.set(world.clock() + 1000);
    await call('RotateKeyOnDemand', { KeyId: ids[0] });
  }
  for (const name of ['ada', 'grace', 'lovelace']) await world.actor(one.tenant, name, []);
  for (let i = 0; i < 5; i++) {
    const { body } = await call('CreateGrant', {
      KeyId: ids[0],
      GranteePrincipal: user(one, i < 3 ? 'ada' : 'grace'),
      RetiringPrincipal: user(one, 'lovelace'),
      Operations: ['Encrypt'],
    });
    grantIds.push(body.GrantId);
  }
  for (let i = 0; i < 4; i++) {
    storeIds.push((await call('CreateCustomKeyStore', newStore())).body.CustomKeyStoreId);
  }
}

type ListName =
  | 'ListKeys'
  | 'ListAliases'
  | 'ListResourceTags'
  | 'ListKeyRotations'
  | 'ListGrants'
  | 'ListRetirableGrants'
  | 'DescribeCustomKeyStores';

const user = (account: Account, name: string) => `arn:aws:iam::${account.accountId}:user/${name}`;
const grantIds: string[] = [];
const storeIds: string[] = [];

/** Goes through a list page by page. */
async function pages(operation: ListName, input: object, Limit: number): Promise<unknown[][]> {
  const found: unknown[][] = [];
  let Marker: string | undefined;
  do {
    const { body } = await call(operation, { ...input, Limit, ...(Marker !== undefined && { Marker }) });
    const { NextMarker, Truncated, ...rest } = body as Readonly<Record<string, unknown>>;
    expect([typeof NextMarker, Truncated]).toEqual(NextMarker === undefined ? ['undefined', false] : ['string', true]);
    found.push(Object.values(rest)[0] as unknown[]);
    Marker = NextMarker as string | undefined;
  } while (Marker !== undefined);
  return found;
}

const LISTS: readonly [ListName, () => object, number, (entry: never) => unknown, () => unknown[]][] = [
  ['ListKeys', () => ({}), 5, ({ KeyId }: { KeyId: string }) => KeyId, () => ids.toSorted()],
  [
    'ListAliases',
    () => ({}),
    5,
    ({ AliasName }: { AliasName: string }) => AliasName,
    () => ['alias/a', 'alias/b', 'alias/c', 'alias/d', 'alias/e'],
  ],
  [
    'ListAliases',
    () => ({ KeyId: ids[0] }),
    2,
    ({ AliasName }: { AliasName: string }) => AliasName,
    () => ['alias/c', 'alias/d'],
  ],
  [
    'ListResourceTags',
    () => ({ KeyId: ids[0] }),
    5,
    ({ TagKey }: { TagKey: string }) => TagKey,
    () => ['B', '__proto__', 'm', 'z', 'é'],
  ],
  [
    'ListKeyRotations',
    () => ({ KeyId: ids[0], IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    4,
    ({ KeyMaterialState }: { KeyMaterialState: string }) => KeyMaterialState,
    () => ['NON_CURRENT', 'NON_CURRENT', 'NON_CURRENT', 'CURRENT'],
  ],
  [
    'ListKeyRotations',
    () => ({ KeyId: ids[0] }),
    3,
    ({ RotationType }: { RotationType: string }) => RotationType,
    () => ['ON_DEMAND', 'ON_DEMAND', 'ON_DEMAND'],
  ],
  [
    'ListGrants',
    () => ({ KeyId: ids[0] }),
    5,
    ({ GrantId }: { GrantId: string }) => GrantId,
    () => grantIds.toSorted(),
  ],
  [
    'ListGrants',
    () => ({ KeyId: ids[0], GranteePrincipal: user(one, 'ada') }),
    3,
    ({ GrantId }: { GrantId: string }) => GrantId,
    () => grantIds.slice(0, 3).toSorted(),
  ],
  [
    'ListRetirableGrants',
    () => ({ RetiringPrincipal: user(one, 'lovelace') }),
    5,
    ({ GrantId }: { GrantId: string }) => GrantId,
    () => grantIds.toSorted(),
  ],
  [
    'DescribeCustomKeyStores',
    () => ({}),
    4,
    ({ CustomKeyStoreId }: { CustomKeyStoreId: string }) => CustomKeyStoreId,
    () => storeIds.toSorted(),
  ],
];

it('has a row for every operation of the model that answers in pages', () => {
  const model = JSON.parse(readFileSync(MODEL, 'utf8')) as {
    readonly shapes: Readonly<Record<string, { readonly members?: object }>>;
    readonly operations: Readonly<Record<OperationName, { readonly output?: { readonly shape: string } }>>;
  };
  const inPages = IMPLEMENTED.filter((name) => {
    const { output } = model.operations[name];
    return output !== undefined && 'Truncated' in (model.shapes[output.shape]?.members ?? {});
  });
  const tried = new Set<OperationName>(LISTS.map(([operation]) => operation));
  // It has one entry, so it never goes on; of its markers see below.
  const ofOneEntry: OperationName = 'ListKeyPolicies';
  expect(inPages.filter((name) => !tried.has(name) && name !== ofOneEntry)).toEqual([]);
});

describe.each(LISTS)('%s, list %#', (operation, input, total, nameOf, expected) => {
  it.each([1, 2, total - 1, total, total + 1])('comes in pages of %i', async (limit) => {
    if (limit < 1) return;
    const found = await pages(operation, input(), limit);
    expect(found.flat().map((entry) => nameOf(entry as never))).toEqual(expected());
    expect(found).toHaveLength(Math.ceil(total / limit));
  });
});

describe('markers', () => {
  const INVALID = { status: 400, type: 'InvalidMarkerException' };

  it('belong to one list of one account', async () => {
    const { NextMarker: Marker } = (await call('ListKeys', { Limit: 1 })).body;
    expect(await call('ListKeys', { Marker })).toMatchObject({ status: 200 });
    expect(await call('ListAliases', { Marker })).toMatchObject(INVALID);
    expect(await world.call(two.admin, 'ListKeys', { Marker })).toMatchObject(INVALID);
    const ofKey = (await call('ListAliases', { KeyId: ids[0], Limit: 1 })).body.NextMarker;
    expect(await call('ListAliases', { KeyId: ids[1], Marker: ofKey })).toMatchObject(INVALID);
    expect(await call('ListAliases', { Marker: ofKey })).toMatchObject(INVALID);
    expect(await call('ListKeyPolicies', { KeyId: ids[0], Marker: ofKey })).toMatchObject(INVALID);
  });

  it('are refused when they were changed, cut or made up', async () => {
    const { NextMarker } = (await call('ListAliases', { Limit: 1 })).body;
    const sealed = Buffer.from(NextMarker, 'base64url');
    expect(NextMarker).not.toContain(Buffer.from('alias/a').toString('base64url'));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
      expect(await call('ListAliases', { Marker: changed.toString('base64url') })).toMatchObject(INVALID);
      const cut = sealed.subarray(0, at).toString('base64url');
      expect(await call('ListAliases', { Marker: `${cut}A` })).toMatchObject(INVALID);
    }
    for (const Marker of ['x', 'alias/a', `${NextMarker}=`, ` ${NextMarker}`, `${NextMarker}\u00e9`]) {
      expect(await call('ListAliases', { Marker })).toMatchObject(INVALID);
    }
  });
});

/** Lists that are not of one key, and what they want to know. */
const OF_REGION = new Map<OperationName, () => object>([
  ['ListKeys', () => ({})],
  ['ListAliases', () => ({})],
  ['DescribeCustomKeyStores', () => ({})],
  ['ListRetirableGrants', () => ({ RetiringPrincipal: user(one, 'lovelace') })],
]);

describe('limits', () => {
  it.each<[ListName | 'ListKeyPolicies', number]>([
    ['ListKeys', 1000],
    ['ListAliases', 100],
    ['ListResourceTags', 50],
    ['ListKeyRotations', 1000],
    ['ListGrants', 100],
    ['DescribeCustomKeyStores', 1000],
    ['ListRetirableGrants', 100],
    ['ListKeyPolicies', 1000],
  ])('%s has at most %i entries a page', async (operation, max) => {
    const input = OF_REGION.get(operation)?.() ?? { KeyId: ids[0] };
    expect(await call(operation, { ...input, Limit: max })).toMatchObject({ status: 200 });
    for (const Limit of [max + 1, 0]) {
      expect(await call(operation, { ...input, Limit })).toMatchObject({
        type: 'ValidationException',
        text: expect.stringContaining(
          `Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value`,
        ),
      });
    }
  });
});

describe('what is listed', () => {
  it('names keys and aliases in full', async () => {
    const [id] = ids.toSorted();
    const { Keys } = (await call('ListKeys', { Limit: 1 })).body;
    expect(Keys).toEqual([{ KeyId: id, KeyArn: `arn:aws:kms:${REGION}:${one.accountId}:key/${id}` }]);
    const { Aliases } = (await call('ListAliases', { Limit: 1 })).body;
    expect(Aliases).toEqual([
      {
        AliasName: 'alias/a',
        AliasArn: `arn:aws:kms:${REGION}:${one.accountId}:alias/a`,
        TargetKeyId: ids[1],
        CreationDate: expect.any(Number) as number,
        LastUpdatedDate: expect.any(Number) as number,
      },
    ]);
    expect((await world.call(two.admin, 'ListKeys')).body.Keys).toEqual([]);
    expect((await world.call(two.admin, 'ListAliases')).body.Aliases).toEqual([]);
  });

  it('leaves out what is gone, from the moment on when it is due', async () => {
    const before = world.clock();
    const made = await world.call(two.admin, 'CreateKey');
    const { KeyId } = made.body.KeyMetadata;
    await world.call(two.admin, 'CreateAlias', { AliasName: 'alias/due', TargetKeyId: KeyId });
    await world.call(two.admin, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    world.clock.set(before + 7 * DAY - 1);
    expect((await world.call(two.admin, 'ListKeys')).body.Keys).toHaveLength(1);
    world.clock.set(before + 7 * DAY);
    expect((await world.call(two.admin, 'ListKeys')).body.Keys).toEqual([]);
    expect((await world.call(two.admin, 'ListAliases')).body.Aliases).toEqual([]);
    // Its name is free at once, although nobody has destroyed it yet.
    const next = await world.call(two.admin, 'CreateKey');
    const alias = { AliasName: 'alias/due', TargetKeyId: next.body.KeyMetadata.KeyId };
    expect(await world.call(two.admin, 'CreateAlias', alias)).toMatchObject({ status: 200 });
    const { Aliases } = (await world.call(two.admin, 'ListAliases')).body;
    expect(Aliases).toMatchObject([{ AliasName: 'alias/due', TargetKeyId: alias.TargetKeyId }]);
    world.clock.set(before);
  });
});

describe('a list that changes between its pages', () => {
  /** Takes away the entry at which a page ended. */
  const TAKE_AWAY: Record<Exclude<ListName, 'ListKeyRotations'>, (name: string) => Promise<unknown>> = {
    ListKeys: async (KeyId) => {
      await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      world.clock.set(world.clock() + 7 * DAY);
      await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    },
    ListAliases: (AliasName) => call('DeleteAlias', { AliasName }),
    ListResourceTags: (name) => call('UntagResource', { KeyId: ids[0], TagKeys: [name] }),
    ListGrants: (GrantId) => call('RevokeGrant', { KeyId: ids[0], GrantId }),
    DescribeCustomKeyStores: (CustomKeyStoreId) => call('DeleteCustomKeyStore', { CustomKeyStoreId }),
    ListRetirableGrants: (GrantId) => call('RevokeGrant', { KeyId: ids[0], GrantId }),
  };

  it.each(LISTS.filter(([operation]) => operation in TAKE_AWAY))(
    '%s %# goes on behind an entry that is gone, and leaves out no other',
    async (operation, input, total, nameOf, expected) => {
      await makeWorld();
      const asked = input();
      const first = (await call(operation, { ...asked, Limit: total > 2 ? 2 : 1 })).body as { NextMarker: string };
      const entriesOf = (body: object) => (Object.values(body)[0] as never[]).map(nameOf) as string[];
      const seen = entriesOf(first);
      await TAKE_AWAY[operation as keyof typeof TAKE_AWAY](seen.at(-1) as string);
      const rest = (await call(operation, { ...asked, Marker: first.NextMarker })).body;
      expect([...seen, ...entriesOf(rest)]).toEqual(expected());
    },
  );

  it('ListKeyRotations shows what is rotated meanwhile at its end', async () => {
    await makeWorld();
    const first = (await call('ListKeyRotations', { KeyId: ids[0], Limit: 2 })).body;
    await call('RotateKeyOnDemand', { KeyId: ids[0] });
    const rest = (await call('ListKeyRotations', { KeyId: ids[0], Marker: first.NextMarker })).body;
    expect(first.Rotations).toHaveLength(2);
    expect(rest.Rotations).toHaveLength(2);
    const dates = [...first.Rotations, ...rest.Rotations].map(({ KeyMaterialId }) => KeyMaterialId);
    expect(new Set(dates).size).toBe(4);
  });
});

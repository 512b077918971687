import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { scheduleDeletion } from '../../../keys/lifecycle.ts';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import type { Put } from '../../../records/commit.ts';
import { one, World, type Account, type Answered, type Departure } from '../key-protect.fixture.ts';

let world: World;
let account: Account;
let keyId: string;

const call = (method: string, path: string, departure: Departure = {}) =>
  world.call(account, account.admin, method, path, departure);
const make = async (more: object = {}) => {
  const { body } = await call('POST', '/keys', { body: one('key', { name: 'a key', ...more }) });
  return body.resources[0].id as string;
};
const act = (action: string, body?: unknown) => call('POST', `/keys/${keyId}/actions/${action}`, { body });
const show = async (name = keyId) => (await call('GET', `/keys/${name}/metadata`)).body.resources[0];
const sweep = () => sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
const told = ({ status, code }: Answered) => code ?? status;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  keyId = await make({ aliases: ['by-name'], extractable: false });
});

describe('a deleted key', () => {
  it('is known as deleted, by its id and its alias, and does nothing', async () => {
    expect((await call('DELETE', `/keys/${keyId}`)).status).toBe(204);
    const shown = await show('by-name');
    const at = (ms: number) => new Date(NOW + ms).toISOString().replace('.000Z', 'Z');
    expect(shown).toMatchObject({
      id: keyId,
      state: 5,
      aliases: ['by-name'],
      deleted: true,
      deletionDate: at(0),
      deletedBy: `IBMid-${account.admin.id}`,
      restoreExpirationDate: at(30 * DAY),
      restoreAllowed: true,
      purgeAllowed: false,
      purgeAllowedFrom: at(4 * 3_600_000),
      purgeScheduledOn: at(90 * DAY),
    });
    expect(told(await act('wrap', {}))).toBe('KEY_DELETED_ERR');
    expect(told(await call('DELETE', `/keys/${keyId}`))).toBe('KEY_DELETED_ERR');
  });

  it.each([
    ['return=representation', 200],
    ['return=minimal', 204],
    ['', 204],
  ])('is shown where that is preferred: %s', async (prefer, status) => {
    const answer = await call('DELETE', `/keys/${keyId}`, { headers: { prefer } });
    expect(answer.status).toBe(status);
    expect(answer.body?.resources[0].state).toBe(status === 200 ? 5 : undefined);
  });

  it('comes back as it was', async () => {
    const wrapped = await act('wrap', { plaintext: 'c2VjcmV0' });
    await call('DELETE', `/keys/${keyId}`);
    world.clock.set(NOW + WAITING_MS.restore);
    const restored = await call('POST', `/keys/by-name/restore`);
    expect(restored.status).toBe(201);
    expect(restored.body.resources[0]).toMatchObject({ id: keyId, state: 1, deleted: false, aliases: ['by-name'] });
    expect(restored.body.resources[0]).not.toHaveProperty('deletionDate');
    expect((await act('unwrap', { ciphertext: wrapped.body.ciphertext })).body.plaintext).toBe('c2VjcmV0');
  });

  it('comes back active although it was suspended, and as a secret that is stored', async () => {
    await act('disable');
    await call('DELETE', `/keys/${keyId}`);
    const secret = await make({ extractable: true, payload: 'c2VjcmV0' });
    await call('DELETE', `/keys/${secret}`);
    world.clock.set(NOW + WAITING_MS.restore);
    await call('POST', `/keys/${keyId}?action=restore`, { body: { metadata: {}, resources: [{ payload: 'x' }] } });
    await call('POST', `/keys/${secret}/restore`);
    expect((await show()).state).toBe(1);
    expect((await call('GET', `/keys/${secret}`)).body.resources[0]).toMatchObject({ state: 1, payload: 'c2VjcmV0' });
  });
});

describe('the waiting times', () => {
  const times: [string, number, () => Promise<Answered>, string | number, string | number][] = [
    ['restore', WAITING_MS.restore, () => call('POST', `/keys/${keyId}/restore`), 'REQ_TOO_EARLY_ERR', 201],
    [
      'the end of that',
      WAITING_MS.restorable,
      () => call('POST', `/keys/${keyId}/restore`),
      201,
      'KEY_RESTORE_EXPIRED',
    ],
    ['purge', WAITING_MS.purge, () => call('DELETE', `/keys/${keyId}/purge`), 'REQ_TOO_EARLY_ERR', 204],
  ];

  it.each(times)('of %s are kept to the millisecond', async (_, waitMs, run, before, from) => {
    await call('DELETE', `/keys/${keyId}`);
    world.clock.set(NOW + waitMs - 1);
    const early = told(await run());
    if (early === 201) await call('DELETE', `/keys/${keyId}`);
    world.clock.set(early === 201 ? NOW + 2 * waitMs - 1 : NOW + waitMs);
    expect([early, told(await run())]).toEqual([before, from]);
  });

  it('the automatic purge comes at 90 days, and the end of the material at 30', async () => {
    await call('DELETE', `/keys/${keyId}`);
    const materialOf = async () => (await world.keys.find(account.instance, keyId))?.key.versions[0]?.material;
    const steps = [
      [WAITING_MS.restorable - 1, 0, true, 5],
      [WAITING_MS.restorable, 1, false, 5],
      [WAITING_MS.automaticPurge - 1, 0, false, 5],
      [WAITING_MS.automaticPurge, 1, false, undefined],
      [WAITING_MS.automaticPurge + 1, 0, false, undefined],
    ] as const;
    for (const [atMs, changed, hasMaterial, state] of steps) {
      world.clock.set(NOW + atMs);
      const swept = await sweep();
      const shown = await show();
      expect([swept, (await materialOf()) !== null, shown.state]).toEqual([changed, hasMaterial, state]);
    }
    expect(told(await call('GET', `/keys/${keyId}`))).toBe('KEY_NOT_FOUND_ERR');
    const actions = world.store.entries().map(({ leaf }) => JSON.parse(leaf.toString()) as { action: string });
    expect(actions.filter(({ action }) => /Purge|Destroy/.test(action)).map(({ action }) => action)).toEqual([
      'kms:DestroyDeletedKeyMaterial',
      'kms:PurgeKey',
    ]);
  });

  it('a key is gone at 90 days whether or not the sweep has come by', async () => {
    await call('DELETE', `/keys/${keyId}`);
    world.clock.set(NOW + WAITING_MS.automaticPurge);
    expect(told(await call('GET', `/keys/${keyId}`))).toBe('KEY_NOT_FOUND_ERR');
    expect(told(await call('GET', `/keys/by-name`))).toBe('KEY_NOT_FOUND_ERR');
  });
});

describe('a purged key', () => {
  it('is not found, has no material, and its alias is free', async () => {
    await call('DELETE', `/keys/${keyId}`);
    world.clock.set(NOW + WAITING_MS.purge);
    const purged = await call('DELETE', `/keys/${keyId}/purge`, { headers: { prefer: 'return=representation' } });
    expect([purged.status, purged.body.resources[0].state]).toEqual([200, 5]);
    const answers = [
      await call('GET', `/keys/${keyId}`),
      await call('POST', `/keys/${keyId}/restore`),
      await call('DELETE', `/keys/${keyId}/purge`),
      await act('wrap', {}),
    ];
    expect(answers.map(told)).toEqual(answers.map(() => 'KEY_NOT_FOUND_ERR'));
    expect((await world.keys.find(account.instance, keyId))?.key).toMatchObject({
      state: 'destroyed',
      aliases: [],
      versions: [{ material: null }],
    });
    expect(await make({ aliases: ['by-name'] })).not.toBe(keyId);
    expect([await sweep(), await sweep()]).toEqual([1, 0]);
  });

  it.each([
    ['active', async () => {}, 'KEY_ACTION_INVALID_STATE_ERR'],
    ['suspended', () => act('disable'), 'KEY_ACTION_INVALID_STATE_ERR'],
    [
      'let go by the AWS wire',
      async () => {
        const open = await world.keys.find(account.instance, keyId);
        if (open === undefined) throw new TypeError('no key');
        const { writes } = scheduleDeletion(open.space, open.key, 7, NOW);
        await world.commit(account.tenant, writes as Put[], account.tenant.tenantId);
        world.clock.set(NOW + WAITING_MS.purge);
      },
      'KEY_ACTION_INVALID_STATE_ERR',
    ],
  ])('is not one that is %s', async (_, prepare, code) => {
    await prepare();
    expect(told(await call('DELETE', `/keys/${keyId}/purge`))).toBe(code);
  });
});

describe('the end of a key', () => {
  const expiring = async () => {
    keyId = await make({ expirationDate: new Date(NOW + DAY).toISOString() });
    return (await act('wrap', {})).body.ciphertext as string;
  };

  it('comes at its date, whether or not the sweep has come by, and what it protected can be opened', async () => {
    const ciphertext = await expiring();
    world.clock.set(NOW + DAY - 1);
    expect((await act('wrap', {})).status).toBe(200);
    const now = async () => [
      (await show()).state,
      told(await act('wrap', {})),
      told(await act('unwrap', { ciphertext })),
    ];
    world.clock.set(NOW + DAY);
    const before = await now();
    expect([await sweep(), await sweep()]).toEqual([1, 0]);
    expect([before, await now()]).toEqual([
      [3, 'KEY_ACTION_INVALID_STATE_ERR', 200],
      [3, 'KEY_ACTION_INVALID_STATE_ERR', 200],
    ]);
  });

  it('is not taken back by a deletion and a restore', async () => {
    await expiring();
    await call('DELETE', `/keys/${keyId}`);
    world.clock.set(NOW + DAY);
    expect(told(await call('POST', `/keys/${keyId}/restore`))).toBe('KEY_EXPIRED_ERR');
  });

  it('leaves a suspended key suspended', async () => {
    const ciphertext = await expiring();
    await act('disable');
    world.clock.set(NOW + DAY);
    expect(await sweep()).toBe(0);
    expect([(await show()).state, told(await act('unwrap', { ciphertext }))]).toEqual([
      2,
      'KEY_ACTION_INVALID_STATE_ERR',
    ]);
    await act('enable');
    expect([(await show()).state, told(await act('unwrap', { ciphertext }))]).toEqual([3, 200]);
  });
});

it('a key whose material was destroyed does not come back where the clock was set back', async () => {
  await call('DELETE', `/keys/${keyId}`);
  world.clock.set(NOW + WAITING_MS.restorable);
  await sweep();
  world.clock.set(NOW + WAITING_MS.restorable - 1);
  expect(told(await call('POST', `/keys/${keyId}/restore`))).toBe('KEY_RESTORE_EXPIRED');
  expect(await show()).toMatchObject({ state: 5 });
});

describe('who deletes, restores and purges', () => {
  it('is not somebody of another account, whatever the policy of the key says', async () => {
    const other = await world.account('other');
    const call3 = (method: string, path: string) => world.call(account, other.admin, method, path);
    const answers = [
      await call3('DELETE', `/keys/${keyId}`),
      await call3('POST', `/keys/${keyId}/restore`),
      await call3('DELETE', `/keys/${keyId}/purge`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('is told by the entries', async () => {
    await call('DELETE', `/keys/${keyId}`);
    const entry = JSON.parse(world.store.entries().at(-1)?.leaf.toString() ?? '{}');
    expect(entry).toMatchObject({ action: 'kms:ScheduleKeyDeletion', key: keyId, outcome: 'done' });
  });
});

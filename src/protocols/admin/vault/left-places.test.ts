import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEnvironment } from '../../../jobs/find-environment.ts';
import { findSchedule } from '../../../jobs/find-source.ts';
import { learntFromRun } from '../../../jobs/learnt-from-run.ts';
import { edit } from '../../../keys/change.ts';
import type { Key } from '../../../keys/key.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { putRun } from '../../../vault/runs/run-record.ts';
import { runId, type Run } from '../../../vault/runs/run.ts';
import { putSchedule } from '../../../vault/schedules/schedule-record.ts';
import { dealtWith } from '../../../vault/schedules/schedule.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const HOUR = 3_600_000;

interface ShownRun {
  readonly runId: string;
  readonly kind: string;
  readonly state: string;
  readonly vaultId?: string;
}

/** An environment that has moved to another storage: the clock goes on looking after what lies at the old one. */
describe('places that were left, and the clock', () => {
  let house: AdminHouse;
  let apiKey: string;
  let source: string;
  let number = 0;

  beforeAll(async () => {
    house = await adminHouse();
    apiKey = (await house.member(['administrator', 'operator'])).apiKey;
    source = join(house.scratch, 'sources', 'records');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'a'), 'a record');
  });
  afterAll(() => house.close());

  const post = (path: string, body?: unknown) => house.send(apiKey, 'POST', path, body);
  const get = async (path: string) => (await house.send(apiKey, 'GET', path)).body;
  const later = () => house.setClock(house.services.clock() + HOUR);
  const tick = () => house.services.vault.scheduler.tick();

  async function runsOf(environment: string): Promise<ShownRun[]> {
    for (;;) {
      const { items } = (await get(`/environments/${environment}/runs`)) as unknown as { items: ShownRun[] };
      // Its process is gone a moment after its record has ended.
      const isAtRest =
        items.every(({ state }) => state !== 'running') && !house.services.vault.desk.mustWait(house.tenant);
      // Their ids sort by a clock that stands still here but for this.
      house.setClock(house.services.clock() + 1);
      if (isAtRest) return items;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  const done = async (environment: string, answer: Answer): Promise<void> => {
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    expect((await runsOf(environment)).at(-1)).toMatchObject({ state: 'succeeded' });
  };

  async function newKey(): Promise<{ keyId: string; arn: string }> {
    const { keyId } = (await post(`/regions/${house.region.region}/keys`, {})).body as { keyId: string };
    return { keyId, arn: `arn:aws:kms:${house.region.region}:${house.tenant.accountId}:key/${keyId}` };
  }

  async function change(keyId: string, fields: Partial<Key>): Promise<void> {
    const open = await house.services.keys.find(house.region, keyId);
    await house.commit(...edit(open!.space, open!.key, fields).writes);
  }

  const placeOf = (name: string) => ({
    type: 'folder',
    path: join(house.scratch, 'vaults', `${name}-${number}`),
    region: house.region.region,
  });

  /** One with a backup at each of two places: its id, the vault that it has left, and the keys of both. */
  async function moved() {
    number++;
    const [first, second] = [await newKey(), await newKey()];
    const body = {
      label: `left ${number}`,
      storage: placeOf('first'),
      encryptAutomatically: true,
      masterKey: { provider: 'keystead', keyId: first.arn },
    };
    const answer = await post('/environments', body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const { environmentId: id } = answer.body['environment'] as { environmentId: string };
    await done(id, await post(`/environments/${id}/backups`, { source }));
    expect((await post(`/environments/${id}/storage`, placeOf('second'))).status).toBe(200);
    await done(id, await post(`/environments/${id}/backups`, { source }));
    const shown = (await get(`/environments/${id}`)) as unknown as { formerStorages: { vaultId: string }[] };
    const left = shown.formerStorages[0]?.vaultId as string;
    return { id, left, first, second };
  }

  async function scheduled(id: string, task: object): Promise<string> {
    const answer = await post(`/environments/${id}/schedules`, { task, schedule: { cron: '0 * * * *' } });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body['scheduleId'] as string;
  }

  /** Lets the clock start what is due, one after another, and answers where the runs of it have been. */
  async function round(id: string): Promise<(readonly [kind: string, state: string, vaultId: string | undefined])[]> {
    const before = (await runsOf(id)).length;
    for (let turn = 0; turn < 6; turn++) {
      await tick();
      await runsOf(id);
    }
    return (await runsOf(id)).slice(before).map(({ kind, state, vaultId }) => [kind, state, vaultId] as const);
  }

  it.each([[{ kind: 'verify', level: 'drill' }], [{ kind: 'maintain' }]])(
    'are looked after in turn, once for each time that is due: %j',
    async (task) => {
      const { id, left } = await moved();
      const schedule = await scheduled(id, task);
      expect(await round(id)).toEqual([]);
      later();
      expect(await round(id)).toEqual([
        [task.kind, 'succeeded', undefined],
        [task.kind, 'succeeded', left],
      ]);
      const { items } = (await get(`/environments/${id}/schedules`)) as unknown as { items: { waiting?: object }[] };
      expect(items[0]?.waiting).toBeUndefined();
      later();
      expect(await round(id)).toHaveLength(2);
      await post(`/environments/${id}/schedules/${schedule}/delete`);
    },
  );

  it('are told of when something is amiss there, and keep nothing else waiting', async () => {
    const { id, left } = await moved();
    const schedule = await scheduled(id, { kind: 'verify', level: 'data' });
    const packs = join(placeOf('first').path, 'packs');
    rmSync(join(packs, readdirSync(packs)[0] as string), { recursive: true });
    later();
    await round(id);
    const [, ofLeft] = (await runsOf(id)).slice(-2);
    expect(ofLeft).toMatchObject({ vaultId: left, state: 'succeeded' });
    expect((ofLeft as unknown as { report: { findingCount: number } }).report.findingCount).toBeGreaterThan(0);
    rmSync(placeOf('first').path, { recursive: true });
    later();
    expect(await round(id)).toEqual([
      ['verify', 'succeeded', undefined],
      ['verify', 'failed', left],
    ]);
    later();
    expect(await round(id)).toHaveLength(2);
    await post(`/environments/${id}/schedules/${schedule}/delete`);
  });

  it('are begun with again where the server died in the middle of one', async () => {
    const { id, left } = await moved();
    const scheduleId = await scheduled(id, { kind: 'verify', level: 'drill' });
    later();
    expect(await round(id)).toHaveLength(2);
    const { tenantId, tenantKey } = house.tenant;
    const { records, clock, random, vault } = house.services;
    // As the record is of a server that was killed right behind the start.
    const schedule = (await findSchedule(records, house.tenant, scheduleId))!;
    const killed: Run = {
      tenantId,
      id: runId(clock(), random),
      revision: 0,
      environmentId: id,
      kind: 'verify',
      subject: { level: 'drill', vaultId: left },
      locks: { holds: ['verify'] },
      state: 'running',
      startedBy: 'the clock',
      owner: { ...thisOwner(), pid: 2 ** 22 + 1 },
      scheduled: { scheduleId, dueMs: schedule.last!.dueMs, attempt: 1 },
      startedAtMs: clock(),
    };
    const last = { dueMs: schedule.last!.dueMs, outcome: 'started', runId: killed.id, attempt: 1 } as const;
    await house.commit(
      putRun(tenantKey, undefined, killed),
      putSchedule(tenantKey, schedule, dealtWith(schedule, last, clock())),
    );
    expect(await vault.desk.recover()).toBe(1);
    expect(await round(id)).toEqual([['verify', 'succeeded', left]]);
    await post(`/environments/${id}/schedules/${scheduleId}/delete`);
  });

  it('have their master keys watched: one that says no is told of, and holds no run of today', async () => {
    const { id, left, first, second } = await moved();
    const to = await post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: second.arn });
    await done(id, to);
    const schedule = await scheduled(id, { kind: 'verify', level: 'drill' });
    await change(first.keyId, { state: 'suspended' });
    const { body: watch } = await post(`/environments/${id}/key-watch/check`);
    expect(watch).toMatchObject({
      keys: [
        { keyId: second.arn, state: 'good' },
        { keyId: first.arn, state: 'disabled', opensOnlyLeft: true },
      ],
    });
    expect(watch['held']).toBeUndefined();
    later();
    expect(await round(id)).toEqual([['verify', 'succeeded', undefined]]);
    await change(first.keyId, { state: 'active' });
    await post(`/environments/${id}/key-watch/check`);
    later();
    expect(await round(id)).toEqual([
      ['verify', 'succeeded', undefined],
      ['verify', 'succeeded', left],
    ]);
    await post(`/environments/${id}/schedules/${schedule}/delete`);
  });

  it('are left alone once nothing is there any more, and so are their keys', async () => {
    const { id, left, first, second } = await moved();
    await done(id, await post(`/environments/${id}/master-key`, { provider: 'keystead', keyId: second.arn }));
    const { records } = house.services;
    const before = (await findEnvironment(records, house.tenant, id))!;
    const report = { vaultId: left, heads: before.formerStorages[0]!.heads, result: {}, isEmpty: true };
    const emptied = learntFromRun(before, { kind: 'maintain' } as Run, report, house.services.clock());
    await house.commit(putEnvironment(house.tenant.tenantKey, before, emptied));
    expect(await get(`/environments/${id}`)).toMatchObject({
      formerStorages: [{ vaultId: left, emptiedAt: expect.any(String) as string }],
    });
    const schedule = await scheduled(id, { kind: 'verify', level: 'drill' });
    later();
    expect(await round(id)).toEqual([['verify', 'succeeded', undefined]]);
    await change(first.keyId, { state: 'suspended' });
    const { body: watch } = await post(`/environments/${id}/key-watch/check`);
    expect((watch['keys'] as { keyId: string }[]).map(({ keyId }) => keyId)).toEqual([second.arn]);
    await post(`/environments/${id}/schedules/${schedule}/delete`);
  });
});

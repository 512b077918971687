import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Scheduler } from '../../../jobs/scheduler.ts';
import { forgetDue } from '../../../jobs/forget-due.ts';
import { RUNS } from '../../../jobs/forgotten.ts';
import { noteOverdue } from '../../../jobs/note-overdue.ts';
import type { Alert } from '../../../vault/alerts/alert.ts';
import { alertMessage } from '../../../vault/alerts/alert-message.ts';
import type { WatchedKey } from '../../../vault/key-watch/key-watch.ts';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { putRun, readRun, runRef } from '../../../vault/runs/run-record.ts';
import { runId, type Run } from '../../../vault/runs/run.ts';
import { scheduledHouse, HOUR, at } from './schedules.fixture.ts';

describe('sources, their schedules, and what the server does of its own accord', () => {
  const scene = scheduledHouse();
  const { later, post, get, refused, tick, made, folder, source, runsOf, scheduleOf, alertsOf, alertRecordsOf } = scene;

  it('starts what is due, once, and shows when it is due next', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    expect(await tick()).toBe(0);
    later(HOUR);
    expect(await tick()).toBe(1);
    expect(await tick()).toBe(0);
    const runs = await runsOf(environment);
    expect(runs).toMatchObject([{ kind: 'backup', state: 'succeeded', source: 'records', sourceId: id }]);
    const shown = await get(`/environments/${environment}/sources/${id}`);
    expect(shown).toMatchObject({
      lastGoodBackup: { runId: runs[0]?.runId },
      schedule: { last: { outcome: 'started', runId: runs[0]?.runId } },
    });
    const [next] = (shown['schedule'] as { nextTimes: string[] }).nextTimes;
    expect(at(next as string)).toBe(Math.floor(scene.nowMs / HOUR) * HOUR + HOUR);
    expect(alertsOf(environment)).toEqual([]);
  });

  it('is started by one of two servers on one database', async () => {
    const environment = await made();
    await source(environment, 'records');
    await source(environment, 'others');
    const { records, directory, pipeline, clock, random, log, vault } = scene.house.services;
    const other = new Scheduler({ ...vault, records, directory, pipeline, clock, random, log });
    later(HOUR);
    const counts = await Promise.all([tick(), other.tick()]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('lets times go that were missed for too long, and says so', async () => {
    const environment = await made();
    const skip = { cron: '0 3 * * *', ifMissed: 'skip' };
    const id = await source(environment, 'records', { schedule: skip });
    later(80 * HOUR);
    expect(await tick()).toBe(0);
    expect(await scheduleOf(environment, id)).toMatchObject({ last: { outcome: 'skipped' } });
    expect(await runsOf(environment)).toEqual([]);
  });

  it('holds what is due while the key says no, tells people once, and makes up for it once', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    scene.key.state = 'Disabled';
    later(HOUR);
    expect(await tick()).toBe(0);
    expect(await scheduleOf(environment, id)).toMatchObject({ waiting: { for: 'master-key' } });
    const room = vi.spyOn(scene.house.services.vault.desk, 'mustWait');
    for (let hours = 0; hours < 30; hours++) {
      later(HOUR);
      await scene.house.services.vault.watcher.checkUneasy();
      expect(await tick()).toBe(0);
    }
    // Who only waits for its key takes no room from others.
    expect(room).not.toHaveBeenCalled();
    room.mockRestore();
    expect(await runsOf(environment)).toEqual([]);
    expect(alertsOf(environment)).toEqual(['key-unavailable']);
    scene.key.state = 'Enabled';
    later(HOUR);
    await scene.house.services.vault.watcher.checkUneasy();
    expect(await tick()).toBe(1);
    expect(await tick()).toBe(0);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['succeeded']);
    expect(alertsOf(environment)).toEqual(['key-unavailable', 'key-back']);
    expect(await scheduleOf(environment, id)).not.toHaveProperty('waiting');
  });

  it('takes a key that is out of reach for a while as a doubt, and not as news', async () => {
    const environment = await made();
    await source(environment, 'records');
    scene.aws.always.set('GenerateDataKey', [400, 'ThrottlingException', 'slow down']);
    later(HOUR);
    expect(await tick()).toBe(0);
    scene.aws.always.clear();
    later(31_000);
    await scene.house.services.vault.watcher.checkUneasy();
    expect(await tick()).toBe(1);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['succeeded']);
    expect(alertsOf(environment)).toEqual([]);
  });

  it('tells with the date when a key is to be deleted, and again when it is called back', async () => {
    const environment = await made();
    await source(environment, 'records');
    for (let i = 0; i < 2; i++) {
      later(HOUR);
      expect(await tick()).toBe(1);
      await runsOf(environment);
    }
    scene.key.state = 'PendingDeletion';
    scene.key.deletionDateMs = scene.nowMs + 700 * HOUR;
    later(HOUR);
    await tick();
    expect(alertsOf(environment)).toEqual(['key-pending-deletion']);
    const [alert] = alertRecordsOf(environment);
    expect(alert?.facts).toMatchObject({
      unreadableCount: 2,
      snapshotCount: 2,
      deletionAtMs: scene.key.deletionDateMs,
    });
    const message = alertMessage(alert as Alert, 'https://keystead.example.com');
    expect(message.text).toMatch(/become unreadable: 2\n/);
    expect(message.text).toContain(`To be deleted at: ${new Date(scene.key.deletionDateMs).toISOString()}`);
    expect(message.text).toContain(`https://keystead.example.com/console/environments/${environment}`);
    expect(alertMessage(alert as Alert, undefined).text).toContain(`keystead vault key-watch ${environment}`);
    const { keys } = (await get(`/environments/${environment}/key-watch`)) as unknown as { keys: WatchedKey[] };
    const { unreadable = [], ...outlook } = keys[0]?.outlook ?? {};
    expect([unreadable.length, new Set(unreadable).size]).toEqual([2, 2]);
    expect(outlook).toMatchObject({
      unreadableCount: 2,
      newest: { snapshotId: unreadable[0] },
      oldest: { snapshotId: unreadable[1] },
    });
    scene.key.state = 'Disabled';
    later(HOUR);
    await scene.house.services.vault.watcher.checkUneasy();
    expect(alertsOf(environment)).toEqual(['key-pending-deletion', 'key-unavailable']);
  });

  it('waits for the run of the same source that is in flight, and starts once it has ended', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    const { tenantId, tenantKey } = scene.house.tenant;
    const running: Run = {
      tenantId,
      id: runId(scene.nowMs, scene.house.services.random),
      revision: 0,
      environmentId: environment,
      kind: 'backup',
      subject: {},
      locks: { holds: ['source records'] },
      state: 'running',
      startedBy: 'somebody',
      owner: thisOwner(),
      startedAtMs: scene.nowMs,
    };
    await scene.house.commit(putRun(tenantKey, undefined, running));
    later(HOUR);
    expect([await tick(), await tick()]).toEqual([0, 0]);
    expect(await scheduleOf(environment, id)).toMatchObject({ waiting: { for: 'run-in-flight' } });
    later(5 * HOUR);
    const before = { ...running, revision: 1 };
    await scene.house.commit(putRun(tenantKey, before, { ...before, state: 'cancelled', endedAtMs: scene.nowMs }));
    expect([await tick(), await tick()]).toEqual([1, 0]);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['cancelled', 'succeeded']);
  });

  it('says of a folder that is gone that its backup failed, as a run and to people', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    rmSync(join(scene.house.scratch, 'sources', `records-${scene.number}`), { recursive: true });
    later(HOUR);
    expect(await tick()).toBe(0);
    expect(await runsOf(environment)).toMatchObject([{ state: 'failed', problem: { code: 'source-missing' } }]);
    expect(await scheduleOf(environment, id)).toMatchObject({ last: { outcome: 'refused', code: 'source-missing' } });
    expect(alertsOf(environment)).toEqual(['run-failed']);
  });

  it('has an environment verified and looked after by the clock', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined });
    await post(`/environments/${environment}/backups`, { sourceId: id });
    await runsOf(environment);
    const schedule = { cron: '0 * * * *' };
    const path = `/environments/${environment}/schedules`;
    const ids: string[] = [];
    for (const task of [{ kind: 'verify', level: 'drill' }, { kind: 'maintain' }]) {
      const { status, body } = await post(path, { task, schedule });
      expect([status, body]).toMatchObject([201, { task }]);
      ids.push(body['scheduleId'] as string);
    }
    for (const task of [
      { kind: 'verify' },
      { kind: 'maintain', level: 'data' },
      { kind: 'verify', level: 'data', samplePercent: 5 },
    ]) {
      expect(refused(await post(path, { task, schedule }))).toEqual([400, 'invalid-request']);
    }
    later(HOUR);
    expect(await tick()).toBe(2);
    const runs = (await runsOf(environment)).slice(1);
    expect(runs.map(({ kind, state }) => [kind, state]).toSorted(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
      ['maintain', 'succeeded'],
      ['verify', 'succeeded'],
    ]);
    for (const scheduleId of ids) expect((await post(`${path}/${scheduleId}/delete`)).status).toBe(200);
  });

  it('looks after nothing while the clock is not to be believed, says so, and goes on by itself', async () => {
    const environment = await made();
    const path = `/environments/${environment}/schedules`;
    const schedule = { cron: '0 3 * * *', ifMissed: 'skip' };
    const { body } = await post(path, { task: { kind: 'maintain' }, schedule });
    const { nextTimes } = body as unknown as { nextTimes: string[] };
    const shown = async () => {
      const { items } = (await get(path)) as unknown as { items: Record<string, unknown>[] };
      return items.find(({ scheduleId }) => scheduleId === body['scheduleId']);
    };
    const rightMs = scene.nowMs;
    scene.house.believeClock(false);
    try {
      later(365 * 24 * HOUR);
      expect(await tick()).toBe(0);
      expect(await shown()).toMatchObject({ waiting: { for: 'clock', dueAt: nextTimes[0] } });
      expect(await shown()).not.toHaveProperty('last');
      expect(refused(await post(`/environments/${environment}/maintenance`))).toEqual([503, 'clock-doubted']);
      expect((await post(`/environments/${environment}/maintenance`, { dryRun: true })).status).toBe(201);
      expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['succeeded']);
    } finally {
      scene.house.believeClock(true);
    }
    // As if it had never been set, where it is put right.
    later(rightMs - scene.nowMs);
    expect(await tick()).toBe(0);
    await scene.house.services.vault.scheduler.bringBack();
    expect(await shown()).toMatchObject({ nextTimes });
    expect(await shown()).not.toHaveProperty('waiting');
    later(at(nextTimes[0] as string) - scene.nowMs);
    expect(await tick()).toBe(1);
    expect((await runsOf(environment)).map(({ kind, state }) => [kind, state])).toEqual([
      ['maintain', 'succeeded'],
      ['maintain', 'succeeded'],
    ]);
    expect((await post(`${path}/${String(body['scheduleId'])}/delete`)).status).toBe(200);
  });

  it('wakes nobody for what a person has asked for amiss, but for what fails', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined });
    await post(`/environments/${environment}/backups`, { sourceId: id });
    await runsOf(environment);
    const destination = folder('restored');
    const amiss = await post(`/environments/${environment}/restores`, { destination, paths: ['nowhere'] });
    expect([amiss.status, amiss.body]).toEqual([201, expect.anything()]);
    const asked = (await runsOf(environment)).find(({ kind }) => kind === 'restore');
    expect(asked).toMatchObject({ state: 'failed', problem: { code: 'path-missing' } });
    expect(alertsOf(environment)).toEqual([]);
    rmSync(join(scene.house.scratch, 'vaults', `s${scene.number}`), { recursive: true });
    await post(`/environments/${environment}/backups`, { sourceId: id });
    expect((await runsOf(environment)).filter(({ state }) => state === 'failed').length).toBe(2);
    expect(alertsOf(environment).length).toBe(1);
  });

  it('stops a run whose end was asked for at another server', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined });
    scene.aws.planned.push('hang');
    scene.aws.calls.length = 0;
    const { body } = await post(`/environments/${environment}/backups`, { sourceId: id });
    const { tenantId, tenantKey } = scene.house.tenant;
    const run = readRun(tenantKey, scene.house.store.read(runRef(tenantId, body['runId'] as string))!);
    const { desk } = scene.house.services.vault;
    while (scene.aws.calls.length === 0) await new Promise((done) => setTimeout(done, 20));
    expect(await desk.cancelAsked()).toBe(0);
    await scene.house.commit(putRun(tenantKey, run, { ...run, cancelledAtMs: scene.nowMs }));
    expect(await desk.cancelAsked()).toBe(1);
    scene.aws.releaseHanging();
    expect(await runsOf(environment)).toMatchObject([{ state: 'cancelled' }]);
    expect(alertsOf(environment)).toEqual([]);
  });

  it('pauses and resumes, and makes nothing up for', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    const paused = await post(`/environments/${environment}/sources/${id}/pause`);
    expect(paused.body).toMatchObject({ schedule: { paused: true, nextTimes: [] } });
    later(9 * HOUR);
    expect(await tick()).toBe(0);
    await post(`/environments/${environment}/sources/${id}/resume`);
    expect(await tick()).toBe(0);
    later(HOUR);
    expect(await tick()).toBe(1);
    await runsOf(environment);
  });

  it('tells people once that there has been no good backup for too long, and when there is one again', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined, alertAfterHours: 24 });
    const { records, directory, pipeline, clock, random } = scene.house.services;
    const note = () => noteOverdue({ records, directory, pipeline, clock, random });
    later(23 * HOUR);
    expect(await note()).toBe(0);
    later(2 * HOUR);
    expect([await note(), await note()]).toEqual([1, 0]);
    expect(await get(`/environments/${environment}/sources/${id}`)).toHaveProperty('overdueSince');
    later(1);
    await post(`/environments/${environment}/backups`, { sourceId: id });
    await runsOf(environment);
    expect(await get(`/environments/${environment}/sources/${id}`)).not.toHaveProperty('overdueSince');
    expect(alertsOf(environment)).toEqual(['backup-overdue', 'backup-good']);
  });

  it('forgets runs of half a year ago, but not the newest good one of a source', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined });
    for (let run = 0; run < 2; run++) {
      later(1);
      await post(`/environments/${environment}/backups`, { sourceId: id });
      await runsOf(environment);
    }
    const [, newest] = await runsOf(environment);
    const { store } = scene.house;
    const { directory, random } = scene.house.services;
    await forgetDue({ store, directory, random }, RUNS, scene.nowMs + 179 * 24 * HOUR);
    expect(await runsOf(environment)).toHaveLength(2);
    expect(await forgetDue({ store, directory, random }, RUNS, scene.nowMs + 181 * 24 * HOUR)).toBe(1);
    expect(await runsOf(environment)).toMatchObject([{ runId: newest?.runId }]);
    expect(await forgetDue({ store, directory, random }, RUNS, scene.nowMs + 182 * 24 * HOUR)).toBe(0);
  });

  it('makes up for a scheduled run that died with its server, and gives up in the end', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    later(HOUR);
    const { tenantId, tenantKey } = scene.house.tenant;
    const due = Math.floor(scene.nowMs / HOUR) * HOUR;
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect([attempt, await tick()]).toEqual([attempt, 1]);
      const run = (await runsOf(environment)).at(-1)!;
      // What the store would show had the server been killed while it was in flight.
      const record = scene.house.store.read(runRef(tenantId, run.runId))!;
      const ended = readRun(tenantKey, record);
      expect(ended.scheduled).toEqual({ scheduleId: id, dueMs: due, attempt });
      const { endedAtMs: _, result: __, ...rest } = ended;
      const owner = { ...thisOwner(), boot: 'an earlier boot' };
      await scene.house.commit(putRun(tenantKey, ended, { ...rest, state: 'running', owner }));
      expect(await scene.house.services.vault.desk.recover()).toBe(1);
      if (attempt < 3) later(61_000);
    }
    expect(await tick()).toBe(0);
    expect(alertsOf(environment)).toEqual(['run-failed']);
  });
});

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scheduler } from '../../../jobs/scheduler.ts';
import { forgetDue } from '../../../jobs/forget-due.ts';
import { RUNS } from '../../../jobs/forgotten.ts';
import { noteOverdue } from '../../../jobs/note-overdue.ts';
import type { Alert } from '../../../vault/alerts/alert.ts';
import { alertMessage } from '../../../vault/alerts/alert-message.ts';
import { readAlert } from '../../../vault/alerts/alert-record.ts';
import { putChannel } from '../../../vault/alerts/channel-record.ts';
import { AwsKmsFixture, type FixtureKey } from '../../../vault/master-keys/aws-kms.fixture.ts';
import type { WatchedKey } from '../../../vault/key-watch/key-watch.ts';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { putRun, readRun, runRef } from '../../../vault/runs/run-record.ts';
import { runId, type Run } from '../../../vault/runs/run.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

const REGION = 'eu-central-1';
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('sources, their schedules, and what the server does of its own accord', () => {
  let house: AdminHouse;
  let aws: AwsKmsFixture;
  let apiKey: string;
  let key: FixtureKey;
  let number = 0;
  let nowMs: number;

  beforeAll(async () => {
    [house, aws] = await Promise.all([adminHouse(), AwsKmsFixture.start()]);
    apiKey = (await house.member(['administrator'])).apiKey;
    const { tenantId, tenantKey } = house.tenant;
    await house.commit(
      putChannel(tenantKey, {
        tenantId,
        id: 'channel',
        revision: 0,
        label: 'people',
        place: { kind: 'email', recipients: ['a@example.com'] },
        createdAtMs: 0,
      }),
    );
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });
  beforeEach(() => {
    aws.always.clear();
    aws.planned.length = 0;
    key = aws.makeKey(REGION);
    clockAt(at('2026-11-21T12:00Z') + ++number * 100 * HOUR);
  });

  /** No test is in the way of another. */
  afterEach(async () => {
    for (const [environment, id] of timed.splice(0)) {
      await runsOf(environment);
      await post(`/environments/${environment}/sources/${id}/delete`);
    }
  });
  const timed: (readonly [environment: string, id: string])[] = [];

  const clockAt = (ms: number): void => house.setClock((nowMs = ms));
  const later = (ms: number): void => clockAt(nowMs + ms);
  const post = (path: string, body?: unknown) => house.send(apiKey, 'POST', path, body);
  const get = async (path: string) => (await house.send(apiKey, 'GET', path)).body;
  const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];
  const tick = () => house.services.vault.scheduler.tick();

  interface ShownRun {
    readonly runId: string;
    readonly kind: string;
    readonly state: string;
    readonly problem?: { readonly code: string };
  }

  async function made(): Promise<string> {
    const label = `scheduled ${number}`;
    const answer = await post('/environments', {
      label,
      storage: { type: 'folder', path: join(house.scratch, 'vaults', `s${number}`), region: REGION },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: key.arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY',
      },
    });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return (answer.body['environment'] as { environmentId: string }).environmentId;
  }

  function folder(name: string): string {
    const path = join(house.scratch, 'sources', `${name}-${number}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a'), `what ${name} holds`);
    return path;
  }

  /** A source that is due every hour. */
  async function source(environment: string, name: string, more: object = {}): Promise<string> {
    const body = { name, folder: { path: folder(name) }, schedule: { cron: '0 * * * *' }, ...more };
    const answer = await post(`/environments/${environment}/sources`, body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const id = answer.body['sourceId'] as string;
    timed.push([environment, id]);
    return id;
  }

  async function runsOf(environment: string): Promise<ShownRun[]> {
    for (;;) {
      const { items } = (await get(`/environments/${environment}/runs`)) as unknown as { items: ShownRun[] };
      if (items.every(({ state }) => state !== 'running')) return items;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  const scheduleOf = async (environment: string, id: string) =>
    (await get(`/environments/${environment}/sources/${id}`))['schedule'] as Record<string, unknown>;

  /** The alerts about an environment so far, by their kinds. */
  const alertsOf = (environment: string) => alertRecordsOf(environment).map(({ facts }) => facts.kind);

  function alertRecordsOf(environment: string): Alert[] {
    const { tenantId, tenantKey } = house.tenant;
    const all = house.store.list(tenantId, 'alert', '', { limit: 1000 }).map((one) => readAlert(tenantKey, one));
    return all.filter(({ facts }) => facts.environmentId === environment).toSorted((a, b) => a.atMs - b.atMs);
  }

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
    expect(at(next as string)).toBe(Math.floor(nowMs / HOUR) * HOUR + HOUR);
    expect(alertsOf(environment)).toEqual([]);
  });

  it('is started by one of two servers on one database', async () => {
    const environment = await made();
    await source(environment, 'records');
    await source(environment, 'others');
    const { records, directory, pipeline, clock, random, log, vault } = house.services;
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
    key.state = 'Disabled';
    later(HOUR);
    expect(await tick()).toBe(0);
    expect(await scheduleOf(environment, id)).toMatchObject({ waiting: { for: 'master-key' } });
    const room = vi.spyOn(house.services.vault.desk, 'mustWait');
    for (let hours = 0; hours < 30; hours++) {
      later(HOUR);
      await house.services.vault.watcher.checkUneasy();
      expect(await tick()).toBe(0);
    }
    // Who only waits for its key takes no room from others.
    expect(room).not.toHaveBeenCalled();
    room.mockRestore();
    expect(await runsOf(environment)).toEqual([]);
    expect(alertsOf(environment)).toEqual(['key-unavailable']);
    key.state = 'Enabled';
    later(HOUR);
    await house.services.vault.watcher.checkUneasy();
    expect(await tick()).toBe(1);
    expect(await tick()).toBe(0);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['succeeded']);
    expect(alertsOf(environment)).toEqual(['key-unavailable', 'key-back']);
    expect(await scheduleOf(environment, id)).not.toHaveProperty('waiting');
  });

  it('takes a key that is out of reach for a while as a doubt, and not as news', async () => {
    const environment = await made();
    await source(environment, 'records');
    aws.always.set('GenerateDataKey', [400, 'ThrottlingException', 'slow down']);
    later(HOUR);
    expect(await tick()).toBe(0);
    aws.always.clear();
    later(31_000);
    await house.services.vault.watcher.checkUneasy();
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
    key.state = 'PendingDeletion';
    key.deletionDateMs = nowMs + 700 * HOUR;
    later(HOUR);
    await tick();
    expect(alertsOf(environment)).toEqual(['key-pending-deletion']);
    const [alert] = alertRecordsOf(environment);
    expect(alert?.facts).toMatchObject({ unreadableCount: 2, snapshotCount: 2, deletionAtMs: key.deletionDateMs });
    const message = alertMessage(alert as Alert, 'https://keystead.example.com');
    expect(message.text).toMatch(/become unreadable: 2\n/);
    expect(message.text).toContain(`To be deleted at: ${new Date(key.deletionDateMs).toISOString()}`);
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
    key.state = 'Disabled';
    later(HOUR);
    await house.services.vault.watcher.checkUneasy();
    expect(alertsOf(environment)).toEqual(['key-pending-deletion', 'key-unavailable']);
  });

  it('waits for the run of the same source that is in flight, and starts once it has ended', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    const { tenantId, tenantKey } = house.tenant;
    const running: Run = {
      tenantId,
      id: runId(nowMs, house.services.random),
      revision: 0,
      environmentId: environment,
      kind: 'backup',
      subject: {},
      locks: { holds: ['source records'] },
      state: 'running',
      startedBy: 'somebody',
      owner: thisOwner(),
      startedAtMs: nowMs,
    };
    await house.commit(putRun(tenantKey, undefined, running));
    later(HOUR);
    expect([await tick(), await tick()]).toEqual([0, 0]);
    expect(await scheduleOf(environment, id)).toMatchObject({ waiting: { for: 'run-in-flight' } });
    later(5 * HOUR);
    const before = { ...running, revision: 1 };
    await house.commit(putRun(tenantKey, before, { ...before, state: 'cancelled', endedAtMs: nowMs }));
    expect([await tick(), await tick()]).toEqual([1, 0]);
    expect((await runsOf(environment)).map(({ state }) => state)).toEqual(['cancelled', 'succeeded']);
  });

  it('says of a folder that is gone that its backup failed, as a run and to people', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    rmSync(join(house.scratch, 'sources', `records-${number}`), { recursive: true });
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
    rmSync(join(house.scratch, 'vaults', `s${number}`), { recursive: true });
    await post(`/environments/${environment}/backups`, { sourceId: id });
    expect((await runsOf(environment)).filter(({ state }) => state === 'failed').length).toBe(2);
    expect(alertsOf(environment).length).toBe(1);
  });

  it('stops a run whose end was asked for at another server', async () => {
    const environment = await made();
    const id = await source(environment, 'records', { schedule: undefined });
    aws.planned.push('hang');
    aws.calls.length = 0;
    const { body } = await post(`/environments/${environment}/backups`, { sourceId: id });
    const { tenantId, tenantKey } = house.tenant;
    const run = readRun(tenantKey, house.store.read(runRef(tenantId, body['runId'] as string))!);
    const { desk } = house.services.vault;
    while (aws.calls.length === 0) await new Promise((done) => setTimeout(done, 20));
    expect(await desk.cancelAsked()).toBe(0);
    await house.commit(putRun(tenantKey, run, { ...run, cancelledAtMs: nowMs }));
    expect(await desk.cancelAsked()).toBe(1);
    aws.releaseHanging();
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
    const { records, directory, pipeline, clock, random } = house.services;
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
    const { store } = house;
    const { directory, random } = house.services;
    await forgetDue({ store, directory, random }, RUNS, nowMs + 179 * 24 * HOUR);
    expect(await runsOf(environment)).toHaveLength(2);
    expect(await forgetDue({ store, directory, random }, RUNS, nowMs + 181 * 24 * HOUR)).toBe(1);
    expect(await runsOf(environment)).toMatchObject([{ runId: newest?.runId }]);
    expect(await forgetDue({ store, directory, random }, RUNS, nowMs + 182 * 24 * HOUR)).toBe(0);
  });

  it('makes up for a scheduled run that died with its server, and gives up in the end', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    later(HOUR);
    const { tenantId, tenantKey } = house.tenant;
    const due = Math.floor(nowMs / HOUR) * HOUR;
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect([attempt, await tick()]).toEqual([attempt, 1]);
      const run = (await runsOf(environment)).at(-1)!;
      // What the store would show had the server been killed while it was in flight.
      const record = house.store.read(runRef(tenantId, run.runId))!;
      const ended = readRun(tenantKey, record);
      expect(ended.scheduled).toEqual({ scheduleId: id, dueMs: due, attempt });
      const { endedAtMs: _, result: __, ...rest } = ended;
      const owner = { ...thisOwner(), boot: 'an earlier boot' };
      await house.commit(putRun(tenantKey, ended, { ...rest, state: 'running', owner }));
      expect(await house.services.vault.desk.recover()).toBe(1);
      if (attempt < 3) later(61_000);
    }
    expect(await tick()).toBe(0);
    expect(alertsOf(environment)).toEqual(['run-failed']);
  });

  it('changes and forgets a source, and keeps what it has backed up', async () => {
    const environment = await made();
    const id = await source(environment, 'records');
    const path = `/environments/${environment}/sources/${id}`;
    const body = {
      limits: { bytesPerSecond: 1_000_000 },
      alertAfterHours: 5,
      schedule: { cron: '@daily', timeZone: 'Asia/Kolkata' },
    };
    expect((await post(path, body)).body).toMatchObject({
      ...body,
      schedule: { cron: '@daily', timeZone: 'Asia/Kolkata' },
    });
    const without = (await post(path, { remove: ['limits', 'schedule'] })).body;
    expect([without['limits'], without['schedule'], without['alertAfterHours']]).toEqual([{}, undefined, 5]);
    expect(refused(await post(path, { alertAfterHours: 6, remove: ['alertAfterHours'] }))).toEqual([
      400,
      'invalid-request',
    ]);
    expect(refused(await post(path, { stream: { item: 'dump' } }))).toEqual([409, 'source-exists']);
    await post(`/environments/${environment}/backups`, { sourceId: id });
    await runsOf(environment);
    expect((await post(`${path}/delete`)).status).toBe(200);
    expect(refused(await post(`/environments/${environment}/backups`, { sourceId: id }))).toEqual([
      404,
      'source-not-found',
    ]);
    expect((await get(`/environments/${environment}/snapshots`))['snapshots']).toHaveLength(1);
  });

  it('keeps the password of a database wrapped, and never shows it', async () => {
    const environment = await made();
    const secret = 'correct horse battery staple';
    const postgres = { host: 'db.example.com', user: 'backup', password: secret };
    const answer = await post(`/environments/${environment}/sources`, { name: 'db', postgres });
    expect(answer.body).toMatchObject({ kind: 'postgres', postgres: { host: 'db.example.com', hasPassword: true } });
    const record = house.store.read({
      tenantId: house.tenant.tenantId,
      kind: 'source',
      id: answer.body['sourceId'] as string,
    });
    for (const text of [String(record?.body), JSON.stringify(answer.body), house.logged.join('\n')]) {
      expect(text).not.toContain(secret);
    }
    const path = `/environments/${environment}/sources/${answer.body['sourceId'] as string}`;
    const change = async (more: object) => {
      const { password: _, ...place } = postgres;
      const { body } = await post(path, { postgres: { ...place, ...more } });
      return (body['postgres'] as { hasPassword: boolean }).hasPassword;
    };
    expect(await change({ databases: ['records'], port: 5432 })).toBe(true);
    for (const elsewhere of [{ port: 5433 }, { user: 'another' }, { tls: 'disable' }, { host: 'db2.example.com' }]) {
      await post(path, { postgres });
      expect(await change(elsewhere)).toBe(false);
    }
  });

  it.each<[string, object, number, string]>([
    ['two kinds at once', { folder: { path: '/x' }, stream: { item: 'x' } }, 400, 'invalid-request'],
    ['nothing at all', {}, 400, 'invalid-request'],
    ['a folder elsewhere', { folder: { path: '/etc' } }, 403, 'path-outside-roots'],
    ['times that are none', { stream: { item: 'x' }, schedule: { cron: 'now' } }, 400, 'schedule-malformed'],
    [
      'an unknown zone',
      { stream: { item: 'x' }, schedule: { cron: '@daily', timeZone: 'X/Y' } },
      400,
      'schedule-malformed',
    ],
    ['a member that there is not', { stream: { item: 'x' }, color: 'red' }, 400, 'invalid-request'],
  ])('refuses %s', async (_, body, status, code) => {
    const environment = await made();
    expect(refused(await post(`/environments/${environment}/sources`, { name: 'x', ...body }))).toEqual([status, code]);
  });

  it('refuses a name that is taken, in the same environment alone', async () => {
    const environment = await made();
    await source(environment, 'records');
    const again = { name: 'records', stream: { item: 'x' } };
    expect(refused(await post(`/environments/${environment}/sources`, again))).toEqual([409, 'source-exists']);
    number += 1000;
    expect((await post(`/environments/${await made()}/sources`, again)).status).toBe(201);
    number -= 1000;
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draft } from '../../records/writes.fixture.ts';
import { putAlert } from '../../vault/alerts/alert-record.ts';
import { alertFor } from '../../vault/alerts/alert.ts';
import { runId } from '../../vault/runs/run.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { LogsOfStore } from './audit-log.fixture.ts';
import { ADMIN_ROUTES } from './routes.ts';

const DAY = 24 * 3_600_000;

describe('the overview', () => {
  let house: AdminHouse;
  let administrator: string;
  let protecting: string;
  let environmentId: string;

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record');
  });
  afterAll(() => house.close());

  const post = (path: string, body: unknown = {}) => house.send(administrator, 'POST', path, body);
  const overview = async (as = administrator) => {
    const { status, body } = await house.send(as, 'GET', '/overview');
    expect(status).toBe(200);
    const route = ADMIN_ROUTES.find(({ id }) => id === 'getOverview') as (typeof ADMIN_ROUTES)[number];
    expect(fits(route, body)).toBe(true);
    return body;
  };

  async function ended(run: unknown): Promise<void> {
    for (let state: unknown = 'running'; state === 'running';) {
      state = (await house.send(administrator, 'GET', `/runs/${String(run)}`)).body['state'];
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  it('of nothing says that there is nothing', async () => {
    expect(await overview()).toMatchObject({
      keys: { count: 0, isAtLeast: false, states: [], soon: [] },
      environments: { count: 0, isAtLeast: false },
      alerts: { count: 0, channels: 0 },
      links: { items: [] },
      uses: { lastDay: { count: 0 } },
      log: { size: 0 },
      hidden: [],
    });
  });

  it('shows keys by their state, and what becomes of them soon, the next first', async () => {
    const keys: string[] = [];
    for (let n = 0; n < 4; n++) keys.push((await post(`/regions/${REGION_NAME}/keys`)).body['keyId'] as string);
    const [off, going, turning] = keys as [string, string, string, string];
    protecting = keys[3] as string;
    const path = (key: string) => `/regions/${REGION_NAME}/keys/${key}`;
    expect((await post(`${path(off)}/disable`)).status).toBe(200);
    expect((await post(`${path(going)}/schedule-deletion`, { windowDays: 7 })).status).toBe(200);
    expect((await post(`${path(turning)}/enable-rotation`, { periodDays: 90 })).status).toBe(200);
    const { keys: shown } = (await overview()) as { keys: { states: object[]; soon: object[] } };
    expect(shown).toMatchObject({ count: 4, isAtLeast: false });
    expect(shown.states).toEqual(
      expect.arrayContaining([
        { state: 'enabled', count: 2 },
        { state: 'disabled', count: 1 },
        { state: 'pending-deletion', count: 1 },
      ]),
    );
    expect(shown.soon).toMatchObject([
      { kind: 'deletion', keyId: going, at: new Date(house.services.clock() + 7 * DAY).toISOString() },
      { kind: 'rotation', keyId: turning },
    ]);
  });

  it('shows environments with their keys, their last backup and what comes next, and which key protects what', async () => {
    const arn = `arn:aws:kms:${REGION_NAME}:${house.tenant.accountId}:key/${protecting}`;
    const made = await post('/environments', {
      label: 'records',
      storage: { type: 'folder', path: join(house.scratch, 'vaults', 'own'), region: REGION_NAME },
      encryptAutomatically: true,
      masterKey: { provider: 'keystead', keyId: arn },
    });
    environmentId = (made.body['environment'] as { environmentId: string }).environmentId;
    const source = await post(`/environments/${environmentId}/sources`, {
      name: 'records',
      folder: { path: join(house.scratch, 'sources', 'records') },
    });
    const task = { kind: 'verify', level: 'structure' };
    const schedule = { cron: '0 4 * * *', timeZone: 'UTC' };
    expect((await post(`/environments/${environmentId}/schedules`, { task, schedule })).status).toBe(201);
    expect(await overview()).toMatchObject({
      environments: { items: [{ sources: 1, unprovenSources: 1, runsInFlight: 0, nextRun: { task: 'verify' } }] },
    });
    // A folder that is no source is a backup too.
    const folder = join(house.scratch, 'sources', 'records');
    const other = await post(`/environments/${environmentId}/backups`, { source: folder, sourceName: 'by hand' });
    await ended(other.body['runId']);
    expect(await overview()).toMatchObject({
      environments: { items: [{ lastBackup: { source: folder, runId: other.body['runId'] } }] },
    });
    house.setClock(house.services.clock() + 1_000);
    const run = await post(`/environments/${environmentId}/backups`, { sourceId: source.body['sourceId'] });
    expect(await overview()).toMatchObject({ environments: { items: [{ runsInFlight: 1 }] } });
    await ended(run.body['runId']);
    expect(await overview()).toMatchObject({
      environments: {
        count: 1,
        items: [
          {
            environmentId,
            keys: [{ provider: 'keystead', keyId: arn, region: REGION_NAME }],
            lastBackup: { source: 'records', runId: run.body['runId'] },
            runsInFlight: 0,
            releasesAsked: 0,
          },
        ],
      },
      links: { isAtLeast: false, items: [{ keyId: protecting, keyArn: arn, environmentId }] },
    });
  });

  it('tells of a key that was switched off before the key watch has looked again', async () => {
    const path = `/regions/${REGION_NAME}/keys/${protecting}`;
    const states = async () =>
      ((await overview()) as { environments: { items: { keys: { state?: string }[] }[] } }).environments.items.map(
        ({ keys }) => keys.map(({ state }) => state),
      );
    const before = await states();
    expect((await post(`${path}/disable`)).status).toBe(200);
    expect(await states()).toEqual([['disabled']]);
    expect((await post(`${path}/enable`)).status).toBe(200);
    expect(await states()).toEqual(before);
  });

  it('shows alarms once, however many channels heard of them, uses, and the log', async () => {
    const { tenantId, tenantKey } = house.tenant;
    const nowMs = house.services.clock();
    for (const [n, kind] of (['run-failed', 'run-failed', 'backup-good'] as const).entries()) {
      const facts = { kind, environmentId };
      const fields = { tenantId, id: runId(nowMs + n, house.services.random), channelId: environmentId, facts };
      await house.commit(putAlert(tenantKey, undefined, alertFor(fields, nowMs)));
    }
    await house.store.record(draft(tenantId, { timeMs: nowMs, action: 'kms:Sign', key: 'k' }));
    Object.assign(house.services, { audit: new LogsOfStore(house.store, house.services.clock) });
    const shown = await overview();
    expect(shown['alerts']).toMatchObject({
      count: 1,
      items: [{ kind: 'run-failed', weight: 'alarm', environmentId }],
    });
    expect((shown['uses'] as { lastDay: { kinds: object[] } }).lastDay.kinds).toContainEqual({
      action: 'kms:Sign',
      count: 1,
    });
    expect((shown['log'] as { size: number }).size).toBeGreaterThan(10);
  });

  it('leaves out what one may not see, and says what it would take', async () => {
    const shown = await overview((await house.member(['backup-administrator'])).apiKey);
    expect(shown).toMatchObject({ environments: { count: 1 } });
    const hidden = shown['hidden'] as { part: string; action: string }[];
    for (const { part, action } of hidden) {
      expect(shown).not.toHaveProperty(part);
      expect(action).toMatch(/^(?:kms|keystead):/);
    }
    expect(hidden).toContainEqual({ part: 'uses', action: 'kms:GetKeyLastUsage' });
    const other = await overview((await house.member(['administrator'], house.stranger)).apiKey);
    expect(other).toMatchObject({ keys: { count: 0 }, environments: { count: 0 }, links: { items: [] } });
    const entry = house.store.entries().findLast(({ leaf }) => String(leaf).includes('GetOverview'));
    expect(String(entry?.details)).toContain('"shown":["keys","environments"');
  });
});

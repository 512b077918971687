import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { putSchedule } from '../vault/schedules/schedule-record.ts';
import { scheduleFrom } from '../vault/schedules/schedule.ts';
import type { BackupSource } from '../vault/sources/backup-source.ts';
import { putSource } from '../vault/sources/source-record.ts';
import { findEnvironment } from './find-environment.ts';
import { forgetLeftBehind } from './forget-left-behind.ts';
import { withoutEnvironment } from './leave-environment.ts';
import { noteOverdue } from './note-overdue.ts';
import { serverPrincipal } from './server-principal.ts';

const SOURCES = 280;
const DAY_MS = 86_400_000;

/** An environment whose sources and schedules are more than one entry of the log can name. */
describe('an environment with hundreds of scheduled sources', () => {
  let house: AdminHouse;
  let apiKey: string;
  let number = 0;

  beforeAll(async () => {
    house = await adminHouse();
    apiKey = (await house.member(['administrator', 'operator'])).apiKey;
  });
  afterAll(() => house.close());

  const left = (environmentId: string) =>
    (['schedule', 'source'] as const).map(
      (kind) => house.store.list(house.tenant.tenantId, kind, environmentId, { limit: 1000 }).length,
    );

  async function made(): Promise<string> {
    const label = `large ${++number}`;
    const storage = { type: 'folder', path: join(house.scratch, 'vaults', `large-${number}`), region: 'us-east-1' };
    const body = { label, storage, encryptAutomatically: true, encryption: 'AES-256' };
    const answer = await house.send(apiKey, 'POST', '/environments', body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const { environmentId } = answer.body['environment'] as { environmentId: string };
    const { tenantId, tenantKey } = house.tenant;
    const nowMs = house.services.clock();
    for (let at = 0; at < SOURCES; at += 70) {
      const writes = Array.from({ length: 70 }, (_, index) => {
        const id = randomUUID();
        const source: BackupSource = {
          tenantId,
          id,
          revision: 0,
          environmentId,
          name: `source ${at + index}`,
          spec: { kind: 'folder', path: join(house.scratch, 'sources') } as BackupSource['spec'],
          limits: {},
          alertAfterHours: 24,
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
        };
        const task = { kind: 'backup', sourceId: id } as const;
        const schedule = scheduleFrom(
          { tenantId, id, environmentId, task },
          { cron: '0 * * * *', timeZone: 'UTC' },
          undefined,
          nowMs,
        );
        return [putSource(tenantKey, undefined, source), putSchedule(tenantKey, undefined, schedule)];
      });
      await house.commit(...writes.flat());
    }
    expect(left(environmentId)).toEqual([SOURCES, SOURCES]);
    return environmentId;
  }

  it('is forgotten by one command, in commits that the log can name', async () => {
    const environmentId = await made();
    const answer = await house.send(apiKey, 'POST', `/environments/${environmentId}/delete`, {
      label: `large ${number}`,
    });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ environmentId })]);
    expect((await house.send(apiKey, 'GET', `/environments/${environmentId}`)).status).toBe(404);
    // What did not go with it goes at once, and the answer does not wait for that.
    await expect.poll(() => left(environmentId)).toEqual([0, 0]);
  });

  it('starts nothing and wakes nobody where the server died in between, and is swept', async () => {
    const environmentId = await made();
    const { records, directory, pipeline, clock, random, vault } = house.services;
    const { tenant } = house;
    const environment = await findEnvironment(records, tenant, environmentId);
    // The commit of the command, and nothing of what follows it.
    const { writes } = await withoutEnvironment({ records, directory }, tenant, environment!, clock());
    await house.commit(...writes);
    const [schedules = 0, sources = 0] = left(environmentId);
    expect([schedules > 0, sources]).toEqual([true, SOURCES]);
    house.setClock(clock() + 2 * DAY_MS);
    const runs = () => house.store.list(tenant.tenantId, 'run', environmentId, { limit: 10 }).length;
    const alerts = () => house.store.list(tenant.tenantId, 'alert', '', { limit: 10 }).length;
    expect(await vault.scheduler.tick()).toBe(0);
    expect(await noteOverdue({ records, directory, pipeline, clock, random })).toBe(0);
    expect([runs(), alerts(), left(environmentId)[0]]).toEqual([0, 0, 0]);
    const [, still = 0] = left(environmentId);
    expect(await forgetLeftBehind({ records, directory, pipeline, clock })).toBe(still);
    expect(left(environmentId)).toEqual([0, 0]);
    expect(await forgetLeftBehind({ records, directory, pipeline, clock })).toBe(0);
    const { arn } = serverPrincipal(tenant);
    const swept = house.store.entries().filter(({ leaf }) => String(leaf).includes('SweepEnvironment'));
    expect(swept.some(({ leaf }) => String(leaf).includes(arn) && String(leaf).includes('"done"'))).toBe(true);
  });

  it('leaves what belongs to an environment that is there', async () => {
    const environmentId = await made();
    const { records, directory, pipeline, clock } = house.services;
    expect(await forgetLeftBehind({ records, directory, pipeline, clock })).toBe(0);
    expect(left(environmentId)).toEqual([SOURCES, SOURCES]);
  });
});

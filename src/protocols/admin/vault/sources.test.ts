import { describe, expect, it } from 'vitest';
import { scheduledHouse } from './schedules.fixture.ts';

describe('sources', () => {
  const scene = scheduledHouse();
  const { post, get, refused, made, source, runsOf } = scene;

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
    const record = scene.house.store.read({
      tenantId: scene.house.tenant.tenantId,
      kind: 'source',
      id: answer.body['sourceId'] as string,
    });
    for (const text of [String(record?.body), JSON.stringify(answer.body), scene.house.logged.join('\n')]) {
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
    const other = await made(scene.number + 1000);
    expect((await post(`/environments/${other}/sources`, again)).status).toBe(201);
  });
});

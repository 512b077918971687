import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { putRun, readRun, runRef } from '../../../vault/runs/run-record.ts';
import { runId, type Run } from '../../../vault/runs/run.ts';
import {
  made,
  house,
  endOf,
  backup,
  source,
  get,
  post,
  key,
  aws,
  REGION,
  masterKeyOf,
  refused,
  withAHouse,
} from './vault-house.fixture.ts';

withAHouse();

describe('runs over the admin API', () => {
  it('backs up, lists, restores, verifies; dark while the key is off; moves to another key; every act in the log', async () => {
    const { id, path } = await made();
    const before = house.store.entries().length;
    const first = await endOf(await backup(id));
    expect(first).toMatchObject({
      kind: 'backup',
      state: 'succeeded',
      source: source(),
      report: { files: 1, bytes: 8 },
    });
    const snapshotId = first.report?.['snapshotId'] as string;
    expect((await get(`/environments/${id}`)).body).toMatchObject({ newestSnapshots: [snapshotId] });
    expect((await get(`/environments/${id}/snapshots`)).body).toMatchObject({
      snapshots: [{ snapshotId }],
      findings: [],
    });

    const destination = join(house.scratch, 'sources', `restored-${id}`);
    const restore = (to = destination) => post(`/environments/${id}/restores`, { snapshotId, destination: to });
    expect(await endOf(await restore())).toMatchObject({ state: 'succeeded', report: { files: 1 } });
    expect(readFileSync(join(destination, 'a'), 'utf8')).toBe('a record');
    expect(await endOf(await post(`/environments/${id}/verifications`, { level: 'data' }))).toMatchObject({
      report: { findingCount: 0, snapshotCount: 1 },
    });

    key.state = 'Disabled';
    for (const run of [await endOf(await backup(id)), await endOf(await restore(`${destination}-dark`))]) {
      expect(run).toMatchObject({ state: 'failed', problem: { code: 'master-key-disabled' } });
      expect(run.problem?.message).toMatch(/is disabled.*Enable it again/);
    }
    expect(existsSync(`${destination}-dark`)).toBe(false);
    expect((await post(`/environments/${id}/check`)).body['checks']).toContainEqual(
      expect.objectContaining({ check: 'key-state', outcome: 'failed' }),
    );
    key.state = 'Enabled';

    const next = aws.makeKey(REGION);
    const packs = () =>
      readdirSync(join(path, 'packs'), { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1));
    const packsBefore = packs();
    const move = await endOf(await post(`/environments/${id}/master-key`, masterKeyOf(next)));
    expect(move).toMatchObject({ kind: 'rewrap', state: 'succeeded', masterKey: next.arn, report: { rewrapped: 3 } });
    expect(packs()).toEqual(packsBefore);
    const moved = (await get(`/environments/${id}`)).body;
    expect(moved['masterKey']).toMatchObject({ keyId: next.arn });
    expect(moved).not.toHaveProperty('nextMasterKeys');
    key.state = 'Deleted';
    expect(await endOf(await restore(`${destination}-again`))).toMatchObject({ state: 'succeeded' });
    expect(await endOf(await backup(id))).toMatchObject({ state: 'succeeded', report: { unchangedFiles: 1 } });

    const actions = house.store
      .entries()
      .slice(before)
      .map(({ leaf }) => JSON.parse(String(leaf)) as { action: string; principal: string; outcome: string })
      .filter(({ action }) => /:(?:Start|Change|End)/.test(action));
    expect(actions.filter(({ action }) => action === 'keystead:EndRun')).toHaveLength(actions.length / 2);
    expect(new Set(actions.map(({ action }) => action))).toEqual(
      new Set(
        ['StartBackup', 'StartRestore', 'StartVerification', 'ChangeMasterKey', 'EndRun'].map((a) => `keystead:${a}`),
      ),
    );
    const { items } = (await get(`/environments/${id}/runs`)).body as { items: { kind: string }[] };
    expect(
      items
        .map(({ kind }) => kind)
        .toSorted()
        .join(' '),
    ).toBe('backup backup backup restore restore restore rewrap verify');
  });

  it('strands nothing when a move to another master key does not end: both keys open it, and it goes on when asked again', async () => {
    const { id } = await made();
    const first = await endOf(await backup(id));
    const next = aws.makeKey(REGION);
    aws.always.set('ReEncrypt', [
      400,
      'AccessDeniedException',
      'User: u is not authorized to perform: kms:ReEncryptTo',
    ]);
    const failed = await endOf(await post(`/environments/${id}/master-key`, masterKeyOf(next)));
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'master-key-denied' } });
    expect((await get(`/environments/${id}`)).body).toMatchObject({
      masterKey: { keyId: key.arn },
      nextMasterKeys: [{ keyId: next.arn }],
    });
    const third = masterKeyOf(aws.makeKey(REGION));
    expect(refused(await post(`/environments/${id}/master-key`, third))).toEqual([409, 'rewrap-pending']);
    const destination = join(house.scratch, 'sources', `both-${id}`);
    const restore = await post(`/environments/${id}/restores`, {
      snapshotId: first.report?.['snapshotId'],
      destination,
    });
    expect(await endOf(restore)).toMatchObject({ state: 'succeeded' });
    aws.always.clear();
    expect(await endOf(await post(`/environments/${id}/master-key`, masterKeyOf(next)))).toMatchObject({
      state: 'succeeded',
    });
    expect(refused(await post(`/environments/${id}/master-key`, masterKeyOf(next)))).toEqual([409, 'same-master-key']);
  });

  it('runs one backup of an environment at a time, shows it, and stops it when told', async () => {
    const { id } = await made();
    aws.calls.length = 0;
    aws.planned.push('hang');
    const started = await backup(id);
    expect(started.body).toMatchObject({ state: 'running' });
    expect(refused(await backup(id))).toEqual([409, 'run-in-progress']);
    const runId = started.body['runId'] as string;
    while (!aws.calls.includes('GenerateDataKey')) await new Promise((done) => setTimeout(done, 10));
    expect((await get(`/runs/${runId}`)).body).toMatchObject({ state: 'running' });
    expect((await post(`/runs/${runId}/cancel`)).status).toBe(200);
    aws.releaseHanging();
    expect(await endOf(started)).toMatchObject({ state: 'cancelled', problem: { code: 'cancelled' } });
    expect(refused(await post(`/runs/${runId}/cancel`))).toEqual([409, 'run-ended']);
    expect(await endOf(await backup(id))).toMatchObject({ state: 'succeeded' });
  });

  it('takes on no more runs than it can carry, and says so before one is recorded', async () => {
    const environments = [await made(), await made(), await made()];
    aws.calls.length = 0;
    aws.planned.push('hang', 'hang');
    // Also of those that are asked for at the same moment.
    const asked = await Promise.all(environments.map(({ id }) => backup(id)));
    const begun = asked.filter(({ status }) => status === 201);
    expect(begun).toHaveLength(2);
    const which = asked.findIndex(({ status }) => status !== 201);
    expect(refused(asked[which]!)).toEqual([503, 'server-busy']);
    const third = environments[which]!.id;
    expect(refused(await backup(third))).toEqual([503, 'server-busy']);
    expect(refused(await get(`/environments/${third}/snapshots`))).toEqual([503, 'server-busy']);
    expect((await get(`/environments/${third}/runs`)).body['items']).toEqual([]);
    while (aws.calls.length < 2) await new Promise((done) => setTimeout(done, 10));
    aws.releaseHanging();
    for (const run of begun) expect(await endOf(run)).toMatchObject({ state: 'succeeded' });
    expect(await endOf(await backup(third))).toMatchObject({ state: 'succeeded' });
  });

  it('reads and writes only below the roots for sources', async () => {
    const { id } = await made();
    const snapshotId = `${'0'.repeat(32)}-0000000001`;
    symlinkSync('/etc', join(house.scratch, 'sources', `etc-${id}`));
    for (const path of [
      '/etc',
      join(house.scratch, 'data'),
      join(house.scratch, 'vaults', 'x'),
      join(house.scratch, 'sources', `etc-${id}`),
    ]) {
      expect(refused(await post(`/environments/${id}/backups`, { source: path }))).toEqual([403, 'path-outside-roots']);
      const body = { snapshotId, destination: path };
      expect(refused(await post(`/environments/${id}/restores`, body))).toEqual([403, 'path-outside-roots']);
    }
    const nothing = { source: join(house.scratch, 'sources', 'nothing') };
    expect(refused(await post(`/environments/${id}/backups`, nothing))).toEqual([400, 'source-missing']);
  });

  it('does not follow its folder to another place', async () => {
    const { id, path } = await made();
    renameSync(path, `${path}-moved`);
    symlinkSync(`${path}-moved`, path);
    expect(refused(await backup(id))).toEqual([409, 'path-changed']);
  });

  it('ends the runs of a server that is gone as interrupted, and no others', async () => {
    const { id } = await made();
    const { tenant, services } = house;
    const run = (owner: Run['owner']): Run => ({
      tenantId: tenant.tenantId,
      id: runId(services.clock(), services.random),
      revision: 0,
      environmentId: id,
      kind: 'backup',
      subject: { source: '/x' },
      locks: { holds: [`lock ${owner.pid}`] },
      state: 'running',
      startedBy: 'somebody',
      owner,
      startedAtMs: services.clock(),
    });
    const here = thisOwner();
    const gone = [
      { ...here, pid: 2 ** 22 + 1 },
      { ...here, boot: 'an earlier boot' },
      { ...here, startTicks: '1' },
    ].map(run);
    const alive = [here, { ...here, host: 'another host' }].map((owner, at) => ({
      ...run(owner),
      locks: { holds: [`alive ${at}`] },
    }));
    for (const [at, one] of [...gone, ...alive].entries()) {
      await house.commit(putRun(tenant.tenantKey, undefined, { ...one, locks: { holds: [`lock ${at}`] } }));
    }
    expect(await services.vault.desk.recover()).toBe(3);
    for (const { id: runId } of gone) {
      expect((await get(`/runs/${runId}`)).body).toMatchObject({
        state: 'interrupted',
        problem: { code: 'interrupted' },
      });
    }
    for (const { id: runId } of alive) expect((await get(`/runs/${runId}`)).body).toMatchObject({ state: 'running' });
    expect(await services.vault.desk.recover()).toBe(0);
    expect((await post(`/runs/${alive[1]?.id}/cancel`)).status).toBe(200);
    const asked = house.store.read(runRef(tenant.tenantId, alive[1]?.id ?? ''));
    expect(asked && readRun(tenant.tenantKey, asked)).toMatchObject({
      state: 'running',
      cancelledAtMs: services.clock(),
    });
    // A container that was killed comes back under another name: a run of its like ends when somebody says so and waits.
    expect(await services.vault.desk.recover()).toBe(0);
    house.setClock(services.clock() + 10 * 60_000);
    expect(await services.vault.desk.recover()).toBe(1);
    expect((await get(`/runs/${alive[1]?.id}`)).body).toMatchObject({ state: 'interrupted' });
  });

  it('writes the end of a run down once there is room for it, however long the disk was full', async () => {
    const { id } = await made();
    const { pipeline } = house.services;
    const run = pipeline.execute.bind(pipeline);
    const execute = vi.spyOn(pipeline, 'execute').mockImplementation((call, prepare) => {
      if (call.action === 'keystead:EndRun') return Promise.reject(new Error('no space left on device'));
      return run(call, prepare) as never;
    });
    const { body } = await backup(id);
    await expect.poll(() => house.logged.join()).toContain('the end of a run is not recorded');
    expect((await get(`/runs/${body['runId'] as string}`)).body).toMatchObject({ state: 'running' });
    execute.mockRestore();
    expect(await house.services.vault.desk.recover()).toBe(1);
    expect((await get(`/runs/${body['runId'] as string}`)).body).toMatchObject({ state: 'succeeded' });
  });
});

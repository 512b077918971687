import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, type Ran } from './cli.fixture.ts';
import { VaultCli } from './vault-cli.fixture.ts';

/** Sources, schedules, the watch over keys and alerts as a person uses them, with a whole server. */
describe('sources from the command line', () => {
  let vaultCli: VaultCli;
  let server: VaultCli['server'];
  let key: VaultCli['key'];
  let receiver: Server;

  beforeAll(async () => {
    vaultCli = await VaultCli.start({ KEYSTEAD_EGRESS_HOSTS: '127.0.0.1' });
    ({ server, key } = vaultCli);
    mkdirSync(join(server.folder, 'sources', 'records'));
    writeFileSync(join(server.folder, 'sources', 'records', 'a'), 'a record\n');
    receiver = createServer({ keepAliveTimeout: 0 }, (_request, response) => response.writeHead(503).end());
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    const place = ['--path', join(server.folder, 'vaults', 'p'), '--region', server.region];
    const made = await run('environment', 'create', 'production', ...place, '--key', key.arn, '--endpoint', server.url);
    if (made.exitCode !== 0) throw new Error(made.stderr);
  });
  afterAll(async () => {
    await new Promise((done) => receiver.close(done));
    await server.stop();
  });

  const run = (...args: string[]): Promise<Ran> => vaultCli.run(...args);
  const json = (...args: string[]): Promise<Record<string, unknown>> => vaultCli.json(...args);
  const folder = () => join(server.folder, 'sources', 'records');

  it('makes, lists, changes, pauses and forgets a source', async () => {
    const times = ['--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin', '--alert-after', '36', '--limit', '10MiB'];
    const made = await json(
      'source',
      'create',
      'production',
      'records',
      '--folder',
      folder(),
      '--exclude',
      '*.tmp',
      ...times,
    );
    expect(made).toMatchObject({
      name: 'records',
      folder: { path: folder(), exclude: ['*.tmp'] },
      limits: { bytesPerSecond: 10 * 2 ** 20 },
      alertAfterHours: 36,
    });
    expect((await run('source', 'list', 'production')).stdout).toMatch(
      /records +folder +30 2 \* \* \* Europe\/Berlin +20/,
    );
    await json('source', 'pause', 'production', 'records');
    expect((await run('schedule', 'list', 'production')).stdout).toMatch(/backup .*paused/);
    await json('source', 'resume', 'production', 'records');
    const changed = await json('source', 'update', 'production', 'records', '--without-limit', '--without-alert');
    expect([changed['limits'], changed['alertAfterHours']]).toEqual([{}, undefined]);
    expect(changed).toMatchObject({ folder: { exclude: ['*.tmp'] } });
    const update = ['source', 'update', 'production', 'records'];
    expect(await json(...update, '--skip-caches')).toMatchObject({ folder: { exclude: ['*.tmp'], skipCaches: true } });
    expect(await json(...update, '--exclude', '*.bak')).toMatchObject({
      folder: { path: folder(), exclude: ['*.bak'], skipCaches: true },
    });
    expect((await json(...update, '--folder', folder(), '--anew'))['folder']).toEqual({ path: folder() });
    await json(...update, '--exclude', '*.tmp');
    const later = ['--cron', '0 3 * * *', '--if-missed', 'skip'];
    for (const [options, cron] of [
      [later, '0 3 * * *'],
      [['--cron', '30 2 * * *'], '30 2 * * *'],
      [['--missed-within', '24'], '30 2 * * *'],
    ] as const) {
      expect((await json(...update, ...options))['schedule']).toMatchObject({
        cron,
        timeZone: 'Europe/Berlin',
        ifMissed: 'skip',
        missedWithinHours: 24,
      });
    }
    const backup = await json('backup', 'production', '--source', 'records');
    expect(backup).toMatchObject({
      state: 'succeeded',
      report: { addedFiles: 1, changedFiles: 0, keyCalls: { probe: 0 } },
    });
    writeFileSync(join(folder(), 'b'), 'b');
    expect(await json('backup', 'production', '--source', 'records')).toMatchObject({
      report: { addedFiles: 1, unchangedFiles: 1, goneFiles: 0 },
    });
    expect(await json('source', 'show', 'production', 'records')).toHaveProperty('lastGoodBackup');
    await json('source', 'delete', 'production', 'records');
    expect((await run('source', 'list', 'production')).stdout).toContain('There is no source');
    const snapshots = await run('snapshots', '--environment', 'production', '--json');
    expect(jsonLines(snapshots.stdout)).toHaveLength(2);
  });

  it.each<[string, string[], RegExp]>([
    [
      'times without a start',
      ['source', 'create', 'production', 'x', '--folder', '/x', '--time-zone', 'UTC'],
      /times are missing/,
    ],
    ['a rate that is none', ['source', 'create', 'production', 'x', '--folder', '/x', '--limit', 'fast'], /no rate/],
    ['a folder and a source', ['backup', 'production', '/x', '--source', 'x'], /of one source/],
    ['nothing to back up', ['backup', 'production'], /of one source/],
  ])('says of %s what is wrong', async (_, args, text) => {
    const ran = await run(...args);
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringMatching(text)]);
  });

  it('changes of a server what is said, and keeps the rest', async () => {
    const create = ['source', 'create', 'production', 'orders', '--postgres', '127.0.0.1', '--port', '5433'];
    const made = await json(...create, '--user', 'backup', '--database', 'orders');
    const update = ['source', 'update', 'production', 'orders'];
    const { postgres } = await json(...update, '--postgres', '127.0.0.1');
    expect(postgres).toEqual(made['postgres']);
    expect((await json(...update, '--user', 'reader'))['postgres']).toEqual({
      ...(made['postgres'] as object),
      user: 'reader',
    });
    expect((await json(...update, '--postgres', '127.0.0.1', '--anew'))['postgres']).toEqual({
      host: '127.0.0.1',
      user: 'postgres',
      hasPassword: false,
    });
    const two = await run(...create.with(3, 'two'), '--folder', folder());
    expect([two.exitCode, two.stderr]).toEqual([2, expect.stringContaining('one of both')]);
    await json('source', 'delete', 'production', 'orders');
  });

  it('schedules verifications, and shows how keys were found', async () => {
    const made = await json('schedule', 'create', 'production', '--verify', 'structure', '--cron', '@weekly');
    expect(made).toMatchObject({ task: { kind: 'verify', level: 'structure' }, paused: false });
    await json('schedule', 'delete', 'production', made['scheduleId'] as string);
    await key.disable();
    const off = await run('key-watch', 'production', '--now');
    expect(off.stdout).toMatch(/disabled[^]*Scheduled runs are held/);
    await key.enable();
    expect((await run('key-watch', 'production', '--now')).stdout).toMatch(/good/);
  });

  it('has people told, and says why a test does not arrive', async () => {
    const { port } = receiver.address() as AddressInfo;
    // This machine is not one that a tenant may have called, unless the operator names it, as it is done here.
    const refused = await run('alert', 'create', 'pager', '--webhook', `http://localhost:${port}/`);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('KEYSTEAD_EGRESS_HOSTS')]);
    const url = `http://127.0.0.1:${port}/`;
    const made = await run('alert', 'create', 'pager', '--webhook', url, '--kind', 'run-failed');
    expect(made.stdout).toMatch(/whsec_[^]*shown this once/);
    expect((await run('alert', 'channels')).stdout).toContain('pager');
    const test = await run('alert', 'test', 'pager', '--json');
    expect([test.exitCode, jsonLines(test.stdout)[0]]).toMatchObject([1, { failure: 'status-503', attempts: 1 }]);
    expect((await run('alert', 'list')).stdout).toContain('status-503');
    await json('alert', 'delete', 'pager');
    const nobody = await run('alert', 'create', 'x', '--email', 'a@example.com, b@example.com');
    expect([nobody.exitCode, nobody.stderr]).toEqual([1, expect.stringContaining('is not an address')]);
  });
});

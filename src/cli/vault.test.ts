import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cli, jsonLines, type Ran } from './cli.fixture.ts';
import { VaultCli } from './vault-cli.fixture.ts';

/** The server goes on writing: what is a file for a moment only may be gone. */
function bytesIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** The whole way that a person goes, with a whole server: a key brought, a folder backed up, the key switched off. */
describe('the vault from the command line', () => {
  let vaultCli: VaultCli;
  let server: VaultCli['server'];
  let key: VaultCli['key'];
  let source: string;
  let vault: string;

  beforeAll(async () => {
    vaultCli = await VaultCli.start();
    ({ server, key } = vaultCli);
    source = join(server.folder, 'sources', 'records');
    vault = join(server.folder, 'vaults', 'production');
    mkdirSync(join(source, 'reports'), { recursive: true });
    writeFileSync(join(source, 'a'), 'a record\n');
    writeFileSync(join(source, 'reports', 'b'), 'a report\n');
  });
  afterAll(() => server.stop());

  const run = (...args: string[]): Promise<Ran> => vaultCli.run(...args);
  const json = (...args: string[]): Promise<Record<string, unknown>> => vaultCli.json(...args);
  const restored = (name: string) => join(server.folder, 'sources', name);

  it('makes an environment, and shows what was looked at', async () => {
    const options = ['--path', vault, '--region', server.region, '--key', key.arn, '--endpoint', server.url];
    const { exitCode, stdout, stderr } = await run('environment', 'create', 'production', ...options);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/key-context +passed/);
    expect(stdout).not.toContain(server.secretAccessKey);
    expect((await run('environment', 'list')).stdout).toContain(key.arn);
    expect((await run('environment', 'check', 'production')).exitCode).toBe(0);
    const again = await run('environment', 'create', 'production', ...options);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('Choose another')]);
  });

  it.each([
    ['AES-256 takes no --key', ['--encryption', 'AES-256', '--key', 'alias/a']],
    ['AES-256 takes no --endpoint', ['--encryption', 'AES-256', '--endpoint', 'http://localhost:1']],
    ['Keystead takes no --endpoint', ['--encryption', 'Keystead', '--key', 'a', '--endpoint', 'http://localhost:1']],
    ['AWS-KMS takes no --iam-endpoint', ['--key', 'a', '--iam-endpoint', 'http://localhost:1']],
    ['storage of the type folder takes no --role', ['--key', 'a', '--role', 'arn:aws:iam::111122223333:role/r']],
  ])('leaves out nothing that was said: %s', async (message, options) => {
    const place = ['--path', join(server.folder, 'vaults', 'refused'), '--region', server.region];
    const { exitCode, stderr } = await run('environment', 'create', 'refused', ...place, ...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('prints policies to copy, of what is there and of what is to come', async () => {
    const shown = await run(
      'policy',
      'production',
      '--role',
      'writer',
      '--principal',
      'arn:aws:iam::111122223333:user/w',
    );
    expect([shown.exitCode, shown.stderr]).toEqual([0, expect.stringContaining('policy of the master key')]);
    const { environmentId } = await json('environment', 'show', 'production');
    expect(shown.stdout).toContain(`"kms:EncryptionContext:keystead:environment": "${String(environmentId)}"`);
    expect(shown.stdout).not.toContain('TENANT_ID');
    const alone = await cli({}, 'vault', 'policy', '--for', 'storage', '--bucket', 'b-1', '--prefix', 'p', '--json');
    expect([alone.exitCode, alone.stderr]).toEqual([0, '']);
    expect(JSON.parse(alone.stdout)).toMatchObject({ Version: '2012-10-17' });
    expect(alone.stdout).toContain('arn:aws:s3:::b-1/p/*');
    const trust = await run('policy', 'production', '--for', 'trust');
    expect(trust.stdout).toMatch(/"sts:ExternalId": "keystead-[0-9a-f-]{36}"/);
    // Before there is any environment, as whoever makes the first one needs it.
    expect((await run('policy', '--for', 'trust')).stdout).toBe(trust.stdout);
    const unknown = await cli({}, 'vault', 'policy', '--for', 'trust');
    expect([unknown.exitCode, unknown.stderr]).toEqual([0, expect.stringContaining('TENANT_ID is to be replaced')]);
    const ibm = await cli({}, 'vault', 'policy', '--language', 'ibm');
    expect([ibm.exitCode, ibm.stderr]).toEqual([2, expect.stringContaining('CRN')]);
  });

  it('takes no secret on the command line, and says which variables it wants', async () => {
    const { AWS_SECRET_ACCESS_KEY: _, ...without } = vaultCli.env;
    const ran = await cli(without, 'vault', 'rewrap', 'production', '--key', key.arn);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('AWS_SECRET_ACCESS_KEY');
  });

  it('backs up, lists, restores and verifies', async () => {
    const backup = await run('backup', 'production', source);
    expect([backup.exitCode, backup.stderr]).toEqual([0, expect.stringContaining('Backing up')]);
    expect(await json('backup', 'production', source)).toMatchObject({
      state: 'succeeded',
      report: { unchangedFiles: 2 },
    });
    const list = jsonLines((await run('snapshots', '--environment', 'production', '--json')).stdout);
    expect(list).toHaveLength(2);
    await json('restore', restored('all'), '--environment', 'production');
    expect(readFileSync(join(restored('all'), 'reports', 'b'), 'utf8')).toBe('a report\n');
    const snapshot = ['--snapshot', list[0]?.['snapshotId'] as string];
    const some = await json(
      'restore',
      restored('some'),
      '--environment',
      'production',
      ...snapshot,
      '--path',
      'reports',
    );
    expect(some).toMatchObject({ report: { files: 1 } });
    expect(await json('verify', '--environment', 'production', '--data')).toMatchObject({
      report: { findingCount: 0 },
    });
    expect((await run('runs', 'production')).stdout.match(/succeeded/g)).toHaveLength(5);
  });

  it('looks into snapshots, finds a file that is gone, plans and restores it', async () => {
    const where = ['--environment', 'production'];
    const moment = new Date().toISOString();
    writeFileSync(join(source, 'reports', 'new.pdf'), 'a new report\n');
    rmSync(join(source, 'a'));
    await json('backup', 'production', source);
    const ls = await run('ls', 'reports', ...where);
    expect([ls.exitCode, ls.stdout]).toEqual([0, expect.stringMatching(/-0644 +13 +\S+ +new\.pdf/)]);
    expect((await run('ls', ...where, '--at', moment)).stdout).toMatch(/ a\n/);
    expect((await run('find', '*.pdf', '--min-size', '10', ...where)).stdout).toContain('reports/new.pdf');
    const history = await run('history', 'a', ...where);
    expect(history.stdout).toMatch(/absent[^]+same[^]+first/);
    const diff = await run('diff', '--from-at', moment, ...where);
    expect(diff.stdout).toMatch(/deleted +9 +a\nadded +13 +reports\/new\.pdf\n/);
    const at = ['--at', moment, '--path', 'a', ...where];
    const plan = await json('restore', source, '--plan', '--conflict', 'keep', ...at);
    expect(plan).toMatchObject({ counts: { create: 1, bytes: 9, refused: 0 }, isRefused: false, deleted: 0 });
    expect(await json('restore', source, '--conflict', 'keep', ...at)).toMatchObject({ report: { files: 1, kept: 0 } });
    expect(readFileSync(join(source, 'a'), 'utf8')).toBe('a record\n');
    // Names of files are in answers and nowhere else: not in the database, not in the audit log.
    const kept = readdirSync(join(server.folder, 'data'), { recursive: true, withFileTypes: true });
    const holding = kept
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => bytesIfThere(path).includes('new.pdf'));
    expect([kept.length > 5, holding]).toEqual([true, []]);
    for (const [args, code] of [
      [['ls', 'nowhere', ...where], 'nothing at'],
      [['ls', ...where, '--at', 'yesterday'], 'no moment'],
      [['find', '[', ...where, '--limit', '0'], 'not a number'],
      [['restore', source, ...where, '--conflict', 'destroy'], 'no policy'],
      [['restore', source, ...where], 'Nothing was written'],
    ] as const) {
      const ran = await run(...args);
      expect([ran.exitCode > 0, ran.stderr]).toEqual([true, expect.stringContaining(code)]);
    }
  });

  it('refuses while the key is switched off, says why and what to do, and works again when it is on', async () => {
    await key.disable();
    for (const args of [
      ['backup', 'production', source],
      ['restore', restored('dark'), '--environment', 'production'],
    ]) {
      const ran = await run(...args);
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toMatch(/is disabled\. Enable it again/);
    }
    expect((await run('environment', 'check', 'production')).exitCode).toBe(1);
    await key.enable();
    await json('restore', restored('light'), '--environment', 'production');
  });

  it('works without a server: folder and key are enough', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
    const offline = ['--offline', '--vault', vault, '--endpoint', server.url];
    const alone = (...args: string[]): Promise<Ran> => cli({}, 'vault', ...args, ...offline);
    const nothing = await cli({}, 'vault', 'verify', '--offline', '--vault', join(vault, 'packs'));
    expect([nothing.exitCode, nothing.stderr]).toEqual([1, expect.stringContaining(`no vault in ${vault}/packs`)]);
    const ran = await alone('restore', restored('offline'));
    expect([ran.exitCode, ran.stderr]).toEqual([0, expect.stringContaining('--writer')]);
    expect(readFileSync(join(restored('offline'), 'reports', 'b'), 'utf8')).toBe('a report\n');
    expect((await alone('snapshots', '--json')).stdout.trim().split('\n')).toHaveLength(3);
    expect((await alone('cat', 'reports/b')).stdout).toBe('a report\n');
    expect(await alone('cat', 'reports')).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await alone('ls', 'reports')).stdout).toContain('new.pdf');
    expect((await alone('restore', restored('never'), '--plan')).stdout).toMatch(/create +\d/);
    expect((await alone('verify', '--data')).exitCode).toBe(0);
    const wrong = await alone('verify', '--writer', '0'.repeat(32));
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('another creator')]);
    const other = await alone(
      'restore',
      restored('never'),
      '--key',
      key.arn.replace(/.$/, (end) => (end === '0' ? '1' : '0')),
    );
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('none of the master keys')]);
    vi.unstubAllEnvs();
  });

  it('moves to another master key, and says whose power is left', async () => {
    const next = await server.importedKey();
    const { exitCode, stdout } = await run('rewrap', 'production', '--key', next.arn, '--endpoint', server.url);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`${key.arn} still opens`)]);
    await key.disable();
    await json('restore', restored('moved'), '--environment', 'production');
    await key.enable();
  });

  it('has nobody delete a key that a place still needs which was left, or a run that goes on', async () => {
    const next = await server.importedKey();
    const place = join(server.folder, 'vaults', 'left');
    const at = (path: string) => ['--path', path, '--region', server.region];
    await json('environment', 'create', 'left', ...at(place), '--key', key.arn, '--endpoint', server.url);
    await json('backup', 'left', source);
    await json('environment', 'move', 'left', ...at(`${place}-2`));
    await json('backup', 'left', source);
    const words = ['rewrap', 'left', '--key', next.arn, '--endpoint', server.url];
    const waited = await run(...words);
    expect([waited.exitCode, waited.stderr]).toEqual([0, expect.stringContaining(`still needs ${key.arn}`)]);
    expect(waited.stdout).not.toContain('to end its power');
    const detached = await run('rewrap', 'left', '--key', key.arn, '--endpoint', server.url, '--detach');
    expect([detached.exitCode, detached.stdout]).toEqual([0, expect.not.stringContaining('to end its power')]);
  });

  it('renames, moves and forgets an environment', async () => {
    expect(await json('environment', 'update', 'production', '--label', 'main')).toMatchObject({ label: 'main' });
    expect((await run('environment', 'update', 'main')).exitCode).toBe(2);
    await json('environment', 'update', 'main', '--label', 'production');
    const place = join(server.folder, 'vaults', 'other');
    const options = ['--path', place, '--region', server.region];
    const made = ['environment', 'create', 'short-lived', ...options, '--key', key.arn, '--endpoint', server.url];
    expect((await run(...made, '--dry-run')).exitCode).toBe(0);
    await json(...made);
    const moved = await json('environment', 'move', 'short-lived', '--path', `${place}-2`, '--region', server.region);
    expect(moved).toMatchObject({ storage: { path: `${place}-2` }, formerStorages: [] });
    const slip = await run('environment', 'delete', 'short-lived', '--confirm', 'production');
    expect([slip.exitCode, slip.stderr]).toEqual([1, expect.stringContaining('another label')]);
    expect(await json('environment', 'delete', 'short-lived', '--confirm', 'short-lived')).toMatchObject({ left: [] });
  });

  it('ends with a code of its own when a verification finds something', async () => {
    rmSync(join(vault, 'packs'), { recursive: true });
    const ran = await run('verify', '--environment', 'production');
    expect([ran.exitCode, ran.stderr]).toEqual([4, expect.stringContaining('is not in the store')]);
  });
});

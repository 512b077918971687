import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOf, cli, jsonLines, type Ran } from './cli.fixture.ts';
import { VaultCli } from './vault-cli.fixture.ts';

type Json = Record<string, unknown>;

/** A host of its own writes into an environment of a whole server, from the invitation to the end of its rights. */
describe('an agent from the command line', () => {
  let vaultCli: VaultCli;
  let server: VaultCli['server'];
  let key: VaultCli['key'];
  let state: string;
  let source: string;
  let environmentId: string;
  let agentId: string;

  beforeAll(async () => {
    vaultCli = await VaultCli.start();
    ({ server, key } = vaultCli);
    state = join(server.folder, 'host', 'state');
    source = join(server.folder, 'host', 'records');
    mkdirSync(source, { recursive: true });
    for (let i = 0; i < 5; i++) writeFileSync(join(source, `record-${i}`), `record ${i}\n`.repeat(100));
    const vault = join(server.folder, 'vaults', 'production');
    const options = ['--path', vault, '--region', server.region, '--key', key.arn, '--endpoint', server.url];
    const answer = await vaultCli.json('environment', 'create', 'production', ...options);
    environmentId = (answer['environment'] as Json)['environmentId'] as string;
  });
  afterAll(() => server.stop());

  const admin = (...args: string[]): Promise<Ran> => vaultCli.run(...args);
  const adminJson = (...args: string[]): Promise<Json> => vaultCli.json(...args);
  /** As on another machine: nothing of the administrator's is at hand. */
  const host = (...args: string[]): Promise<Ran> => cli({ KEYSTEAD_AGENT_STATE: state }, 'agent', ...args);
  const hostJson = async (...args: string[]): Promise<Json> =>
    (await answersOf({ KEYSTEAD_AGENT_STATE: state }, 'agent', ...args))[0] as Json;
  const invite = async (
    name: string,
  ): Promise<{ readonly id: string; readonly file: string; readonly token: string }> => {
    const file = join(server.folder, `token-${name}-${Math.random()}`);
    const { agent } = await adminJson('agent', 'invite', 'production', '--name', name, '--token-file', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    return { id: (agent as Json)['agentId'] as string, file, token: readFileSync(file, 'utf8') };
  };
  const enroll = (file: string, folder = state): Promise<Ran> =>
    host('enroll', '--server', server.url, '--token-file', file, '--state', folder);

  it('is invited, and enrols with a token that works once', async () => {
    const { id, file, token } = await invite('db-1');
    agentId = id;
    const ran = await enroll(file);
    expect([ran.exitCode, ran.stderr]).toEqual([0, '']);
    const shown = await adminJson('agent', 'show', 'production', 'db-1');
    expect(ran.stdout).toContain(shown['writerId']);
    expect(ran.stdout).not.toContain(token);
    expect(shown).toMatchObject({ state: 'enrolled', agentId: id });
    for (const name of ['writer-key', 'dedupe-key', 'api-key']) {
      expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(state).mode & 0o777).toBe(0o700);
    // The token is used up, and the second host finds out; nothing of the first is lost.
    const again = await enroll(file, join(server.folder, 'other-state'));
    expect([again.exitCode, again.stderr]).toEqual([expect.any(Number), expect.not.stringContaining(token)]);
    expect(again.exitCode).not.toBe(0);
    expect((await enroll(file)).stderr).toContain('already');
  });

  it('backs up without a master key; the server knows its run, and whoever may read restores', async () => {
    const first = await hostJson('backup', source, '--name', 'records');
    expect(first).toMatchObject({ files: 5, unchangedFiles: 0 });
    expect(await hostJson('backup', source, '--name', 'records')).toMatchObject({ unchangedFiles: 5, readBytes: 0 });
    const agent = await adminJson('agent', 'show', 'production', agentId);
    expect(agent).toMatchObject({
      lastRun: { state: 'succeeded' },
      newestSnapshot: expect.stringMatching(/-0000000002$/) as string,
    });
    const runs = jsonLines((await admin('runs', 'production', '--json')).stdout);
    expect(runs).toMatchObject([
      { kind: 'backup', state: 'succeeded', agent: 'db-1', source: 'records', report: { files: 5 } },
      { kind: 'backup', state: 'succeeded', agent: 'db-1' },
    ]);
    const to = join(server.folder, 'sources', 'back');
    await adminJson('restore', to, '--environment', 'production');
    expect(readdirSync(to)).toHaveLength(5);
    expect(readFileSync(join(to, 'record-3'))).toEqual(readFileSync(join(source, 'record-3')));
    expect(await adminJson('verify', '--environment', 'production', '--data')).toMatchObject({
      report: { findingCount: 0 },
    });
    // Oldest first, whoever chose their ids.
    const listed = jsonLines((await admin('runs', 'production', '--json')).stdout);
    expect(listed.map(({ kind }) => kind)).toEqual(['backup', 'backup', 'restore', 'verify']);
    expect(await hostJson('status')).toMatchObject({ masterKey: 'answers', untoldReports: 0, name: 'db-1' });
  });

  it('writes nothing while the key is off, keeps what it has to tell while the server is away, and goes on', async () => {
    const store = join(server.folder, 'vaults', 'production');
    const objects = (): number => readdirSync(store, { recursive: true }).length;
    const before = objects();
    const off = cli(vaultCli.env, 'key', 'disable', key.arn.split('/').at(-1) as string);
    expect((await off).exitCode).toBe(0);
    const dark = await host('backup', source, '--name', 'records');
    expect([dark.exitCode, dark.stderr]).toEqual([1, expect.stringMatching(/disabled/)]);
    expect(objects()).toBe(before);
    expect((await hostJson('status'))['masterKey']).toMatch(/disabled/);
    await cli(vaultCli.env, 'key', 'enable', key.arn.split('/').at(-1) as string);
    // A server that cannot be asked ends a run before it begins.
    const facts = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as Json;
    writeFileSync(join(state, 'agent.json'), JSON.stringify({ ...facts, url: 'http://127.0.0.1:9' }));
    expect((await host('backup', source, '--name', 'records')).exitCode).not.toBe(0);
    expect(objects()).toBe(before);
    expect(readdirSync(join(state, 'reports'))).toHaveLength(1);
    writeFileSync(join(state, 'agent.json'), JSON.stringify(facts));
    expect(await hostJson('backup', source, '--name', 'records')).toMatchObject({ unchangedFiles: 5 });
    expect(readdirSync(join(state, 'reports'))).toHaveLength(0);
    const runs = jsonLines((await admin('runs', 'production', '--json')).stdout);
    expect(runs.filter((run) => run['state'] === 'failed')).toHaveLength(2);
  });

  it('has a credential that is good for its own work alone', async () => {
    const apiKey = readFileSync(join(state, 'api-key'), 'utf8');
    const as = (...args: string[]): Promise<Ran> =>
      cli({ KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: apiKey }, ...args);
    for (const args of [
      ['vault', 'environment', 'list'],
      ['vault', 'snapshots', '--environment', environmentId],
      ['vault', 'agent', 'list', environmentId],
      ['vault', 'agent', 'invite', environmentId, '--name', 'thief'],
      ['key', 'list'],
      ['principal', 'list'],
    ]) {
      const ran = await as(...args);
      expect([args.join(' '), ran.exitCode]).not.toEqual([args.join(' '), 0]);
    }
    // Nor for the work of another agent.
    const other = await invite('db-2');
    const [environment, agent] = other.token.split('.');
    writeFileSync(other.file, `${environment}.${agent}.${apiKey}`);
    const ran = await enroll(other.file, join(server.folder, 'thief'));
    expect([ran.exitCode, ran.stderr]).toEqual([expect.any(Number), expect.stringContaining('of its own')]);
  });

  it('says that it is not enrolled, and what to do', async () => {
    const ran = await host('backup', source, '--state', join(server.folder, 'nowhere'));
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringMatching(/no enrolled agent.*agent enroll/s)]);
  });

  it('two hosts write into one environment, each its own chain, and neither finds what the other has', async () => {
    const { file } = await invite('db-3');
    const folder = join(server.folder, 'host-3');
    expect((await enroll(file, folder)).exitCode).toBe(0);
    const both = await Promise.all([
      cli({ KEYSTEAD_AGENT_STATE: folder }, 'agent', 'backup', source, '--name', 'records', '--json'),
      host('backup', source, '--name', 'records', '--json'),
    ]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(jsonLines(both[0].stdout)[0]).toMatchObject({ unchangedFiles: 0, files: 5 });
    expect(jsonLines(both[1].stdout)[0]).toMatchObject({ unchangedFiles: 5 });
    expect(await adminJson('verify', '--environment', 'production', '--data')).toMatchObject({
      report: { findingCount: 0 },
    });
  });

  it('that is revoked can do nothing more, and what it had written stays', async () => {
    expect(await adminJson('agent', 'revoke', 'production', 'db-1')).toMatchObject({ state: 'revoked', through: 4 });
    expect(await adminJson('agent', 'revoke', 'production', agentId)).toMatchObject({ state: 'revoked', through: 4 });
    const ran = await host('backup', source, '--name', 'records');
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringMatching(/does not accept this host.*revoked/s)]);
    const list = jsonLines((await admin('snapshots', '--environment', 'production', '--json')).stdout);
    expect(list).toHaveLength(5);
    expect(list[0]).toMatchObject({ source: 'records' });
    expect(existsSync(join(server.folder, 'vaults', 'production', 'writers'))).toBe(true);
    rmSync(join(state, 'api-key'));
    // Its name is free again.
    expect((await invite('db-1')).id).not.toBe(agentId);
  });

  it('is refused a folder that is no vault before its token is spent, and one that is another vault', async () => {
    const { file } = await invite('db-4');
    const folder = join(server.folder, 'host-4');
    const at = (path: string): Promise<Ran> =>
      host('enroll', '--server', server.url, '--token-file', file, '--state', folder, '--store-path', path);
    const empty = await at(server.folder);
    expect([empty.exitCode, empty.stderr]).toEqual([1, expect.stringMatching(/no vault in .* mounted/)]);
    const right = join(server.folder, 'vaults', 'production');
    expect((await at(right)).exitCode).toBe(0);
    const backup = (): Promise<Ran> => cli({ KEYSTEAD_AGENT_STATE: folder }, 'agent', 'backup', source);
    const facts = JSON.parse(readFileSync(join(folder, 'agent.json'), 'utf8')) as { storage: Json };
    const leadTo = (path: string): void =>
      writeFileSync(join(folder, 'agent.json'), JSON.stringify({ ...facts, storage: { ...facts.storage, path } }));
    // The folder is not mounted; then it is another vault's.
    const elsewhere = join(server.folder, 'elsewhere');
    mkdirSync(elsewhere);
    leadTo(elsewhere);
    expect(await backup()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/no vault in/) as string });
    writeFileSync(join(elsewhere, 'vault.json'), '{}');
    expect(await backup()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/is not the one/) as string });
    expect(readdirSync(elsewhere)).toEqual(['vault.json']);
    // A copy of the vault looks right from here, and the server sees nothing of what is put there.
    writeFileSync(join(elsewhere, 'vault.json'), readFileSync(join(right, 'vault.json')));
    const lost = await backup();
    expect([lost.exitCode, lost.stderr]).toEqual([1, expect.stringMatching(/does not find the snapshot/)]);
    leadTo(right);
    expect((await backup()).exitCode).toBe(0);
  });
});

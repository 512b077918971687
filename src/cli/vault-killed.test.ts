import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KeysteadClient, type Run } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsKmsFixture } from '../vault/master-keys/aws-kms.fixture.ts';
import { jsonLines } from './cli.fixture.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');

/** A server process that is killed in the middle of a run, and started again on the same data. */
describe('a server that is killed while a run is in flight', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let aws: AwsKmsFixture;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-killed-'));
    aws = await AwsKmsFixture.start();
    mkdirSync(join(folder, 'sources', 'records'), { recursive: true });
    writeFileSync(join(folder, 'sources', 'records', 'a'), 'a record');
    env = {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      KEYSTEAD_DATA: join(folder, 'data'),
      KEYSTEAD_SEAL: join(folder, 'seal'),
      KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
      KEYSTEAD_VAULT_ROOTS: join(folder, 'vaults'),
      KEYSTEAD_SOURCE_ROOTS: join(folder, 'sources'),
    };
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Started {
    readonly server: ChildProcess;
    readonly url: string;
    readonly hasLogged: (text: string) => Promise<void>;
  }

  async function start(): Promise<Started> {
    const server = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(server);
    let log = '';
    server.stdout?.setEncoding('utf8').on('data', (text: string) => (log += text));
    const hasLogged = async (text: string): Promise<void> => {
      while (!log.includes(text)) await once(server.stdout as NodeJS.ReadableStream, 'data');
    };
    await hasLogged('"serving"');
    const lines = jsonLines(log.slice(0, log.lastIndexOf('\n')));
    return { server, url: lines.find(({ url }) => url)?.['url'] as string, hasLogged };
  }

  /** `keystead vault backup` as a process, and its exit code with what it said on standard error. */
  function backup(words: readonly string[], commandEnv: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [MAIN, 'vault', 'backup', ...words], {
      env: commandEnv,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    const said = child.stderr.setEncoding('utf8').toArray();
    const end = once(child, 'close').then(async ([exitCode]) => [exitCode as number, (await said).join('')] as const);
    return { child, end };
  }

  async function init(): Promise<string> {
    const child = spawn(process.execPath, [MAIN, 'init', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const text = (await child.stdout.setEncoding('utf8').toArray()).join('');
    return jsonLines(text)[0]?.['apiKey'] as string;
  }

  async function endOf(client: KeysteadClient, run: Run): Promise<Run> {
    let now = run;
    while (now.state === 'running') now = await client.getRun(run.runId);
    return now;
  }

  it('takes its run along, says so to who waits for it and afterwards, and backs up again', async () => {
    const apiKey = await init();
    const first = await start();
    const before = new KeysteadClient({ url: first.url, apiKey });
    const { environment } = await before.createEnvironment({
      label: 'production',
      storage: { type: 'folder', path: join(folder, 'vaults', 'production'), region: 'us-east-1' },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: aws.makeKey('us-east-1').arn,
        endpoint: aws.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'not-checked-here',
      },
    });
    const { environmentId } = environment;
    const body = { source: join(folder, 'sources', 'records') };
    const hanging = () => {
      aws.calls.length = 0;
      aws.planned.push('hang');
      return backup(['production', body.source], { ...env, KEYSTEAD_URL: first.url, KEYSTEAD_API_KEY: apiKey });
    };
    const atWork = async (): Promise<Run> => {
      while (aws.calls.length === 0) await new Promise((done) => setTimeout(done, 10));
      return (await before.listRuns(environmentId, { order: 'newest-first' })).items[0] as Run;
    };

    const stopped = hanging();
    const left = await atWork();
    // Asked for by the command alone, which hears signals from before its first look on.
    await first.hasLogged('"path":"/admin/v1/runs/:runId"');
    stopped.child.kill('SIGINT');
    expect(await stopped.end).toEqual([130, expect.stringContaining(`"keystead vault cancel ${left.runId}"`)]);
    expect(await before.getRun(left.runId)).toMatchObject({ state: 'running' });
    await before.cancelRun(left.runId);
    expect(await endOf(before, left)).toMatchObject({ state: 'cancelled' });

    const watching = hanging();
    const started = await atWork();
    const [agent] = childrenOf(first.server.pid as number);
    expect(agent).toBeDefined();
    first.server.kill('SIGKILL');
    await once(first.server, 'exit');
    expect(await watching.end).toEqual([3, expect.stringContaining(`"keystead vault run ${started.runId}"`)]);

    const { url } = await start();
    const after = new KeysteadClient({ url, apiKey });
    expect(await after.getRun(started.runId)).toMatchObject({ state: 'interrupted', problem: { code: 'interrupted' } });
    while (isRunning(agent as number)) await new Promise((done) => setTimeout(done, 20));
    const again = await endOf(after, await after.startBackup(environmentId, body));
    expect(again).toMatchObject({ state: 'succeeded', report: { files: 1 } });
    expect((await after.listSnapshots(environmentId)).snapshots).toHaveLength(1);
  }, 240_000);
});

/** proc(5): field 4 of the stat file is the parent. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.[1] === String(parent));
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && statOf(pid)?.[0] !== 'Z';
}

function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

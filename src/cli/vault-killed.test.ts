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
  const servers: ChildProcess[] = [];

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
    for (const server of servers) server.kill('SIGKILL');
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<{ server: ChildProcess; url: string }> {
    const server = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    servers.push(server);
    let log = '';
    server.stdout?.setEncoding('utf8').on('data', (text: string) => (log += text));
    while (!log.includes('"serving"')) await once(server.stdout as NodeJS.ReadableStream, 'data');
    const lines = jsonLines(log.slice(0, log.lastIndexOf('\n')));
    return { server, url: lines.find(({ url }) => url)?.['url'] as string };
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

  it('takes its run along, says that it was interrupted, and backs up again', async () => {
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
    aws.calls.length = 0;
    aws.planned.push('hang');
    const body = { source: join(folder, 'sources', 'records') };
    const started = await before.startBackup(environment.environmentId, body);
    while (aws.calls.length === 0) await new Promise((done) => setTimeout(done, 10));
    const [agent] = childrenOf(first.server.pid as number);
    expect(agent).toBeDefined();
    first.server.kill('SIGKILL');
    await once(first.server, 'exit');

    const { url } = await start();
    const after = new KeysteadClient({ url, apiKey });
    expect(await after.getRun(started.runId)).toMatchObject({ state: 'interrupted', problem: { code: 'interrupted' } });
    while (isRunning(agent as number)) await new Promise((done) => setTimeout(done, 20));
    const again = await endOf(after, await after.startBackup(environment.environmentId, body));
    expect(again).toMatchObject({ state: 'succeeded', report: { files: 1 } });
    expect((await after.listSnapshots(environment.environmentId)).snapshots).toHaveLength(1);
  }, 60_000);
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

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines } from './cli.fixture.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');

/** What the CLI is when a person calls it: processes with a data folder between them. */
describe('the command line as processes', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let server: ChildProcess;
  let log = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-process-'));
    const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
    env = {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      KEYSTEAD_DATA: join(folder, 'data'),
      KEYSTEAD_SEAL: join(folder, 'seal'),
      KEYSTEAD_LISTEN: 'http://localhost:0',
    };
    const [made] = jsonLines((await run('init', '--json', '--region', 'eu-central-1')).stdout);
    env = { ...env, KEYSTEAD_API_KEY: made?.['apiKey'] as string, SECRET: made?.['secretAccessKey'] as string };
    server = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    server.stdout?.setEncoding('utf8').on('data', (text: string) => (log += text));
    while (!log.includes('"serving"')) await once(server.stdout as NodeJS.ReadableStream, 'data');
    env['KEYSTEAD_URL'] = jsonLines(log.slice(0, log.lastIndexOf('\n'))).find(({ url }) => url)?.['url'] as string;
  });
  afterAll(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  async function run(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, stdout: (await stdout)?.join('') ?? '', stderr: (await stderr)?.join('') ?? '' };
  }

  it('shows the first credentials also where it then cannot listen: the next start is not the first', async () => {
    const seal = join(folder, 'unserved.seal');
    const taken = env['KEYSTEAD_URL'] as string;
    const words = ['serve', '--data', join(folder, 'unserved'), '--seal', seal, '--listen', taken];
    const { exitCode, stderr } = await run(...words);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/export KEYSTEAD_API_KEY=ks_[\w-]{43}\n/);
    expect(stderr).toContain(`AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n`);
    expect(stderr).toContain(`Keep a copy of the seal ${seal} in a safe`);
    expect(stderr).toContain('another process listens there');
    expect((await run(...words)).stderr).not.toContain('KEYSTEAD_API_KEY');
  });

  it('works from init to verify', async () => {
    const who = await run('whoami', '--json');
    expect(jsonLines(who.stdout)).toMatchObject([{ name: 'administrator' }]);
    const keys = await run('key', 'list');
    expect([keys.exitCode, keys.stdout]).toEqual([0, 'There is no key in eu-central-1.\n']);
    expect((await run('key', 'nonsense')).exitCode).toBe(2);
    const again = await run('init', '--json');
    expect([again.exitCode, again.stdout]).toEqual([1, '']);
    expect(jsonLines(again.stderr)).toMatchObject([{ error: { code: 'already-initialised' } }]);
    const checkpoint = await run('audit', 'checkpoint');
    expect(checkpoint.stdout).toMatch(/^keystead\/[^\n]+\n\d+\n/);
    const kept = join(folder, 'kept');
    writeFileSync(kept, checkpoint.stdout);
    const verified = await run('audit', 'verify', '--checkpoint', kept);
    expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
    expect(verified.stdout).toMatch(/^Verified: 2 logs/m);
  });

  it('keeps the API key out of logs and files, and the seal to its owner', async () => {
    const secrets = [env['KEYSTEAD_API_KEY'], env['SECRET']] as string[];
    const texts = [log, ...filesBelow(folder).map(textOf)];
    expect(texts.length).toBeGreaterThan(3);
    for (const secret of secrets) expect(texts.some((text) => text.includes(secret))).toBe(false);
    expect(statSync(join(folder, 'seal')).mode & 0o777).toBe(0o600);
  });

  it('finds a request by the id that the client gave it, and by its own', async () => {
    const [url, apikey] = [env['KEYSTEAD_URL'] as string, env['KEYSTEAD_API_KEY'] as string];
    const grant_type = 'urn:ibm:params:oauth:grant-type:apikey';
    const body = new URLSearchParams({ grant_type, apikey });
    const { access_token: token } = (await (await fetch(`${url}/identity/token`, { method: 'POST', body })).json()) as {
      access_token: string;
    };
    const [{ instanceId }] = jsonLines((await run('instance', 'list', '--json')).stdout) as [{ instanceId: string }];
    const headers = { authorization: `Bearer ${token}`, 'bluemix-instance': instanceId, 'correlation-id': 'ours-1' };
    const { status } = await fetch(`${url}/api/v2/keys/nobody/metadata`, { headers });
    expect(status).toBe(404);
    const find = async (id: string) => jsonLines((await run('audit', 'show', '--request', id, '--json')).stdout);
    let [found] = await find('ours-1');
    // An entry is in the files about a second after its answer.
    while (found === undefined) [found] = await find('ours-1');
    expect(found).toMatchObject({ action: 'kms:DescribeKey', reason: 'KEY_NOT_FOUND_ERR' });
    expect(await find(found['request'] as string)).toEqual([found]);
    expect(await find('ours-2')).toEqual([]);
  });

  it('copies the state, ends when it is told to, and finds what was changed', async () => {
    expect((await run('state', 'backup', join(folder, 'copy'))).exitCode).toBe(0);
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number];
    expect([code, jsonLines(log).at(-1)]).toEqual([0, expect.objectContaining({ msg: 'closed' })]);
    expect((await run('whoami')).exitCode).toBe(3);
    expect((await run('audit', 'verify')).exitCode).toBe(0);
    // All of them are in the files once the server has closed.
    const asked = ['audit', 'show', '--principal', 'administrator', '--outcome', 'done', '--json'];
    const [entry, ...more] = jsonLines((await run(...asked, '--action', 'keystead:whoami', '--last', '1')).stdout);
    expect([entry, more]).toMatchObject([{ outcome: 'done', details: { protocol: 'admin' } }, []]);
    const times = jsonLines((await run(...asked)).stdout).map(({ time }) => time as string);
    expect(times.length).toBeGreaterThan(2);
    expect(times).toEqual(times.toSorted());
    expect((await run(...asked, '--key', '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01')).stdout).toBe('');
    expect((await run('audit', 'show', '--outcome', 'maybe')).exitCode).toBe(2);

    // On a machine that has the copy and the seal and nothing else.
    mkdirSync(join(folder, 'elsewhere'));
    copyFileSync(join(folder, 'seal'), join(folder, 'elsewhere', 'seal'));
    const elsewhere = ['--data', join(folder, 'elsewhere', 'data'), '--seal', join(folder, 'elsewhere', 'seal')];
    expect((await run('state', 'restore', join(folder, 'copy'), ...elsewhere)).exitCode).toBe(0);
    const renewed = await run('init', '--new-credentials', '--region', 'eu-central-1', ...elsewhere);
    expect(renewed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ {2}export KEYSTEAD_API_KEY=ks_/m) });
    expect(renewed.stdout).toMatch(/Key Protect .* for the instance [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.$/m);
    expect((await run('audit', 'verify', ...elsewhere)).exitCode).toBe(0);
    expect((await run('state', 'restore', join(folder, 'copy'), ...elsewhere)).exitCode).toBe(1);

    const [target] = filesBelow(join(folder, 'data')).filter((file) => file.includes('/tile/entries/')) as [string];
    const bytes = readFileSync(target);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 2) ^ 1, bytes.length - 2);
    writeFileSync(target, bytes);
    const damaged = await run('audit', 'verify', '--json');
    expect([damaged.exitCode, damaged.stdout]).toEqual([4, '']);
    expect(jsonLines(damaged.stderr)).toMatchObject([{ error: { code: 'log-invalid' } }]);
  });
});

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** What a file holds; nothing where the running server has folded it into another one since it was listed. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

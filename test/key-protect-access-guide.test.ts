import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLE_MATRIX } from '../src/identity/role-matrix.fixture.ts';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/guide/key-protect-access.md'), 'utf8');
const blocks = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text as string);
const run = promisify(execFile);

describe('the guide to access on the wire of IBM Key Protect', () => {
  let home: Home;
  let server: ServerProcess;
  const [signing, program, asking, narrowing, services, ...more] = blocks as [string, string, string, string, string];

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
  });
  afterAll(async () => {
    await server.stop();
    home.remove();
  });

  async function shell(script: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const keystead = `PATH="${join(root, 'bin')}:$PATH"`;
    const { apiKey } = server.first!;
    const { stdout } = await run('bash', ['-c', `set -euo pipefail\n${keystead}\n${script}`], {
      cwd: home.folder,
      env: {
        PATH: '/usr/bin:/bin',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        HOME: home.folder,
        KEYSTEAD_URL: server.url,
        KEYSTEAD_API_KEY: apiKey,
        ...variables,
      },
    });
    return stdout;
  }

  it('has five steps', () => expect(more).toEqual([]));

  it('has the whole matrix', () => {
    const rows = [...guide.matchAll(/^\| `(kms\.[\w.-]+)` \| (.*) \|$/gm)].map(([, event = '', roles = '']) => [
      event,
      roles === 'services alone' ? [] : roles.split(', '),
    ]);
    expect(Object.fromEntries(rows)).toEqual(ROLE_MATRIX);
  });

  it('does what it says', async () => {
    const { apiKey, region, instanceId } = server.first!;
    expect(region).toBe('us-east-1');
    expect(await shell(signing)).toMatch(/ signs /);
    const made = await shell(program);
    const [ofProgram = ''] = /ks_[A-Za-z0-9_-]{43}/.exec(made) ?? [];
    expect(made).toMatch(/Writer +us-east-1/);
    const answer = await shell(asking, { API_KEY: ofProgram, INSTANCE: instanceId });
    expect(JSON.parse(answer)).toMatchObject({ resources: [{ id: 'default' }] });
    expect(await shell(narrowing)).toMatch(/^decision +refused$/m);
    expect(await shell(services)).toMatch(/backup\.example\.com +Reader +us-east-1 +payments/);
    const { items } = await new KeysteadClient({ url: server.url, apiKey }).listAuthorizations();
    expect(items).toHaveLength(1);
  });
});

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { KeysteadClient } from '@keystead/sdk';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const JQ = '/usr/bin/jq';

/** Commands of a page, and what of them is not run here, with the test that runs it or what it would take. */
interface Page {
  readonly path: string;
  readonly elsewhere?: readonly (readonly [lines: RegExp, where: string])[];
}

/** In an order in which one may read them: each finds what those before have left. */
const PAGES: readonly Page[] = [
  {
    path: 'README.md',
    elsewhere: [
      [/^npm ci|^npm start|^export PATH/, 'test/demo.test.ts, test/start.test.ts'],
      [/^aws kms |^export AWS_|^TOKEN=|^curl /, 'test/readme.test.ts'],
    ],
  },
  { path: 'docs/guide/console.md' },
  { path: 'docs/guide/signing-in.md' },
  { path: 'docs/guide/access.md' },
  {
    path: 'docs/guide/runs.md',
    elsewhere: [
      [/source create production records/, 'the README made it'],
      [/--postgres/, 'src/cli/vault-source.test.ts'],
    ],
  },
  {
    path: 'docs/guide/vault.md',
    elsewhere: [
      [/vault environment create production/, 'the README made it'],
      [/^PGPASSWORD=/, 'src/cli/vault-databases.test.ts'],
    ],
  },
  { path: 'docs/guide/cli.md' },
];

/** Pages whose commands a test of their own runs. */
const OF_THEIR_OWN: Readonly<Record<string, string>> = {
  'docs/guide/access-management.md': 'test/access-management.test.ts',
  'docs/guide/agents.md': 'test/agents-guide.test.ts',
  'docs/guide/audit.md': 'test/audit-guide.test.ts',
  'docs/guide/environments.md': 'test/environments-guide.test.ts',
  'docs/guide/grants.md': 'test/grants-guide.test.ts',
  'docs/guide/identity-providers.md': 'src/cli/tenant-commands.test.ts',
  'docs/guide/key-protect-access.md': 'test/key-protect-access-guide.test.ts',
  'docs/guide/key-protect.md': 'test/key-protect-guide.test.ts',
  'docs/guide/keys.md': 'test/keys-guide.test.ts',
  'docs/guide/recovery.md': 'test/recovery-guide.test.ts',
};

const blocksOf = (path: string): string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text as string);

it('every page with commands is run by a test', () => {
  const guides = readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`);
  const withCommands = ['README.md', 'sdk/README.md', ...guides].filter(
    (path) => path.endsWith('.md') && blocksOf(path).length > 0,
  );
  const run = [...PAGES.map(({ path }) => path), ...Object.keys(OF_THEIR_OWN)];
  expect(withCommands.toSorted()).toEqual(run.toSorted());
  expect(Object.values(OF_THEIR_OWN).filter((test) => !existsSync(join(root, test)))).toEqual([]);
});

describe.skipIf(!existsSync(JQ) && process.env['KEYSTEAD_TEST_REQUIRE_ALL'] !== '1')('the commands of', () => {
  let home: Home;
  let server: ServerProcess;
  let mail: SMTPServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    mail = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => void stream.resume().on('end', () => done()),
    });
    await new Promise<void>((listening) => mail.listen(0, '127.0.0.1', listening));
    home = makeHome();
    for (const name of ['records', 'ledger', 'vaults', 'kept']) mkdirSync(join(home.folder, name));
    writeFileSync(join(home.folder, 'records', 'a'), 'a record');
    Object.assign(home.environment, {
      KEYSTEAD_SMTP_URL: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}`,
      KEYSTEAD_SMTP_FROM: 'keystead@example.com',
    });
    server = await startServerProcess(home);
    const api = new KeysteadClient({ url: server.url, apiKey: server.first!.apiKey });
    const { principalId } = await api.createPrincipal({ name: 'second', policies: ['administrator'] });
    const issued = (await api.createCredential(principalId, { type: 'api-key' })) as { apiKey: string };
    env = {
      PATH: '/usr/bin:/bin',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      HOME: home.folder,
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.first!.apiKey,
      KEYSTEAD_DATA: home.environment['KEYSTEAD_DATA'] as string,
      KEYSTEAD_SEAL: home.environment['KEYSTEAD_SEAL'] as string,
      SECOND: issued.apiKey,
    };
  });
  afterAll(async () => {
    await server.stop();
    await new Promise<void>((closed) => mail.close(closed));
    home.remove();
  });

  /** What a page leaves to its reader, and what stands there for it. */
  const filledIn = (text: string): string =>
    [
      ['/srv/', `${home.folder}/`],
      ['/safe/place', `${home.folder}/copy`],
      ['KEY_ID', '"$(keystead key create --json | jq -r .keyId)"'],
      // Another installation than the one that serves.
      ['keystead init --json', 'KEYSTEAD_DATA=other/data KEYSTEAD_SEAL=other/seal keystead init --json'],
      ['export KEYSTEAD_API_KEY=$(jq', 'OF_THE_OTHER=$(jq'],
      ['1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01', '"$(keystead key show alias/backups --json | jq -r .keyId)"'],
      ['--source ledger', '--source records'],
      ['HOLD RELEASE', '"$(hold .holdId)" "$(hold .release.releaseId)"'],
      ['HOLD ', '"$(hold .holdId)" '],
      ['keystead vault hold confirm', 'KEYSTEAD_API_KEY=$SECOND keystead vault hold confirm'],
    ].reduce((so, [shown = '', real = '']) => so.replaceAll(shown, real), text);

  it.each(PAGES.map(({ path, elsewhere = [] }) => [path, elsewhere] as const))('%s do', async (path, elsewhere) => {
    const lines = blocksOf(path)
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !elsewhere.some(([pattern]) => pattern.test(line)));
    expect(lines.length).toBeGreaterThan(0);
    const script = [
      'set -euo pipefail',
      `PATH="${join(root, 'bin')}:$PATH"`,
      'hold() { keystead vault hold list production --json | jq -r "$1"; }',
      filledIn(lines.join('\n')),
    ].join('\n');
    const done = await promisify(execFile)('bash', ['-c', script], { cwd: home.folder, env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    expect([done instanceof Error, done.stdout.slice(-300) + done.stderr]).toEqual([false, expect.any(String)]);
  });
});

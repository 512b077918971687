import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cli } from '../src/cli/cli.fixture.ts';
import { KeysteadFixture } from '../src/vault/master-keys/aws-kms.keystead.fixture.ts';

const root = resolve(import.meta.dirname, '..');

it('the guide to agents does what it says, command by command', async () => {
  const guide = readFileSync(join(root, 'docs/guide/agents.md'), 'utf8');
  const commands = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text as string);
  const server = await KeysteadFixture.start();
  try {
    const key = await server.importedKey();
    const env = {
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.apiKey,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    };
    const place = ['--path', join(server.folder, 'vaults', 'guide'), '--region', server.region];
    const made = await cli(
      env,
      'vault',
      'environment',
      'create',
      'production',
      ...place,
      '--key',
      key.arn,
      '--endpoint',
      server.url,
    );
    expect([made.exitCode, made.stderr]).toEqual([0, '']);
    const home = join(server.folder, 'home');
    mkdirSync(join(home, 'records'), { recursive: true });
    writeFileSync(join(home, 'records', 'a'), 'a record');
    writeFileSync(join(home, 'records', 'b.tmp'), 'nothing');
    const script = ['set -euo pipefail', `PATH="${join(root, 'bin')}:$PATH"`, ...commands].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: home,
      env: {
        PATH: '/usr/bin:/bin',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        HOME: home,
        KEYSTEAD_AGENT_STATE: join(home, 'state'),
        ...env,
      },
    });
    const fingerprints = [...stdout.matchAll(/^(?:fingerprint|writer ?[iI]d):? +([0-9a-f]{32})$/gim)].map(
      ([, id]) => id,
    );
    expect(fingerprints.length).toBeGreaterThanOrEqual(3);
    expect(new Set(fingerprints).size).toBe(1);
    expect(stdout).toMatch(/backup +succeeded .*orders\.sql/);
    expect(stdout).toMatch(/^state:? +revoked$/im);
    const to = join(server.folder, 'sources', 'back');
    const back = await cli(
      env,
      'vault',
      'restore',
      to,
      '--environment',
      'production',
      '--snapshot',
      `${fingerprints[0]}-0000000001`,
    );
    expect([back.exitCode, back.stderr]).toEqual([0, expect.any(String)]);
    expect(readFileSync(join(to, 'a'), 'utf8')).toBe('a record');
  } finally {
    await server.stop();
  }
});

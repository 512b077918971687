import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SETTINGS } from '../src/config/config.ts';
import { makeHome, startServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** Debian's: an `aws` elsewhere on the path may be another version. */
const AWS = '/usr/bin/aws';

it.skipIf(!existsSync(AWS) && process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === undefined)(
  'what the README does with the AWS CLI works (needs the Debian package awscli)',
  async () => {
    const commands = readme.split('\n').filter((line) => line.startsWith('aws kms '));
    expect(commands.length).toBe(4);
    const home = makeHome();
    const server = await startServerProcess(home);
    const folder = mkdtempSync(join(tmpdir(), 'keystead-readme-'));
    writeFileSync(join(folder, 'salaries.csv'), 'name,salary\nAnna,5000\n');
    const [create, ...rest] = commands as [string, ...string[]];
    const script = [
      'set -euo pipefail',
      // This AWS CLI is older than the variable.
      `aws() { ${AWS} --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }`,
      `KEY_ID=$(${create} --query KeyMetadata.KeyId --output text)`,
      ...rest.map((command) => command.replace('KEY_ID', '"$KEY_ID"')),
    ].join('\n');
    const { accessKeyId, secretAccessKey, region } = server.first!;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: folder,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        AWS_ENDPOINT_URL: server.url,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
    });
    expect(stdout).toBe('name,salary\nAnna,5000\n');
    expect(readFileSync(join(folder, 'salaries.enc')).includes('Anna')).toBe(false);
    await server.stop();
    home.remove();
    rmSync(folder, { recursive: true });
  },
  240_000,
);

it('what the README does for clients of IBM Key Protect works', async () => {
  const commands = readme.split('\n').filter((line) => /^(?:TOKEN=|curl -s .*\/api\/v2)/.test(line));
  expect(commands.length).toBe(2);
  const home = makeHome();
  const server = await startServerProcess(home);
  const { apiKey, instanceId } = server.first!;
  const script = commands.join('\n').replaceAll('http://localhost:8420', server.url);
  const { stdout } = await promisify(execFile)('bash', ['-c', `set -euo pipefail\n${script}`], {
    env: { PATH: '/usr/bin:/bin', KEYSTEAD_API_KEY: apiKey, INSTANCE_ID: instanceId },
  });
  expect(JSON.parse(stdout)).toEqual({
    metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 0 },
  });
  await server.stop();
  home.remove();
});

it('names settings, files and scripts that there are', () => {
  const settings = new Set(readme.match(/\bKEYSTEAD_[A-Z_]+/g));
  settings.delete('KEYSTEAD_API_KEY');
  expect([...settings].filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path as string);
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const used = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
  expect(used.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

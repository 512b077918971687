import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/guide/access-management.md'), 'utf8');
const AWS = '/usr/bin/aws';
const run = promisify(execFile);

/** What stands between fences of one language, in order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text as string,
  );
}

describe('the guide to users, roles and policies', () => {
  let home: Home;
  let server: ServerProcess;
  let admin: KeysteadClient;
  let environment: Record<string, string>;
  const [user, role, helper, taking, ...more] = blocks('sh') as [string, string, string, string];

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
    const apiKey = server.first!.apiKey;
    admin = new KeysteadClient({ url: server.url, apiKey });
    environment = { PATH: '/usr/bin:/bin', HOME: home.folder, KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: apiKey };
  });
  afterAll(async () => {
    await server.stop();
    home.remove();
  });

  /** Text of the guide with the account and the address of this server. */
  const ours = (text: string) =>
    text.replaceAll('111122223333', server.first!.accountId).replaceAll('http://localhost:8420', server.url);

  async function shell(script: string): Promise<string> {
    const keystead = `PATH="${join(root, 'bin')}:$PATH"`;
    const { stdout } = await run('bash', ['-c', `set -euo pipefail\n${keystead}\n${ours(script)}`], {
      cwd: home.folder,
      env: environment,
    });
    return stdout;
  }

  it('has four steps', () => expect(more).toEqual([]));

  it('makes users, roles and policies, and takes them back', async () => {
    expect(await shell(user)).toMatch(/KSIA[A-Z2-7]{16}/);
    expect((await admin.listPrincipals({ name: 'backup-host' })).items).toMatchObject([{ policies: ['encrypt-only'] }]);
    const shown = await shell(role);
    expect(await admin.getRole('restore')).toMatchObject({ maxSessionSeconds: 7200, policies: ['user'] });
    await useRole(shown);
    await shell(taking);
    expect((await admin.listPrincipals({ name: 'backup-host' })).items).toMatchObject([
      { policies: [], state: 'suspended' },
    ]);
    expect(await admin.getRole('restore')).toHaveProperty('sessionsRevokedAt');
  });

  /** The two ways of the guide to assume the role: by a profile, and by a helper. */
  async function useRole(shown: string): Promise<void> {
    const id = /KSIA[A-Z2-7]{16}/.exec(shown)?.[0] as string;
    const secret = /[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/.exec(
      shown.slice(shown.indexOf('secret access key')),
    )?.[0] as string;
    const [profiles] = blocks('ini') as [string];
    const text = ours(profiles).replace('KSIA...', id).replace('= ...', `= ${secret}`);
    writeFileSync(join(home.folder, 'config'), text);
    const settings = {
      ...environment,
      AWS_CONFIG_FILE: join(home.folder, 'config'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const sts = JSON.stringify(join(root, 'node_modules/@aws-sdk/client-sts/dist-cjs/index.js'));
    const script = `const { STSClient, GetCallerIdentityCommand } = require(${sts});
      new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn));`;
    const env = { ...settings, AWS_PROFILE: 'restore', AWS_SDK_LOAD_CONFIG: '1' };
    expect((await run(process.execPath, ['-e', script], { env })).stdout).toContain(':assumed-role/restore/');
    if (!existsSync(AWS) && process.env['KEYSTEAD_TEST_REQUIRE_ALL'] !== '1') return;
    await shell(helper);
    const { stdout } = await run(join(home.folder, 'assume-restore.sh'), [], { env: settings });
    expect(JSON.parse(stdout)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^KSSA/) });
  }
});

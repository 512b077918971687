import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInstance } from '../identity/tenant.ts';
import { adminHouse, REGION_NAME, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { answersOf, cli, type Ran } from './cli.fixture.ts';

describe('commands on keys', () => {
  let house: AdminHouse;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    house = await adminHouse();
    folder = mkdtempSync(join(tmpdir(), 'keystead-cli-'));
    const { apiKey } = await house.member(['administrator']);
    env = { KEYSTEAD_URL: house.url, KEYSTEAD_API_KEY: apiKey, KEYSTEAD_REGION: REGION_NAME };
    await house.commit(makeInstance(house.tenant, 'eu-west-1', house.services.clock(), house.services.random).write);
  });
  afterAll(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): Promise<Ran> => cli(env, ...args);

  const json = (...args: string[]): Promise<Record<string, unknown>[]> => answersOf(env, ...args);

  const make = async (...args: string[]) => (await json('key', 'create', ...args))[0]?.['keyId'] as string;
  const file = (name: string, bytes: Buffer | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  it('name, tag and describe', async () => {
    const key = await make('--name', 'wages', '--alias', 'alias/first', '--tag', 'a=1');
    const other = await make();
    await json('key', 'alias', 'add', key, 'alias/second');
    expect((await json('key', 'alias', 'move', other, 'alias/first'))[0]).toMatchObject({ aliases: ['alias/first'] });
    expect((await json('key', 'alias', 'remove', key, 'alias/second'))[0]).toMatchObject({ aliases: [] });
    await json('key', 'tag', 'add', key, 'b=2', 'c=x=y');
    expect((await json('key', 'tag', 'remove', key, 'a', 'b'))[0]).toMatchObject({
      tags: [{ key: 'c', value: 'x=y' }],
    });
    expect((await json('key', 'describe', key, 'the payroll'))[0]).toMatchObject({ description: 'the payroll' });
    expect((await json('key', 'list', '--search', 'PAYROLL', '--tag', 'c')).map(({ keyId }) => keyId)).toEqual([key]);
    const none = await run('key', 'list', '--search', 'nothing of that kind');
    expect(none.stdout).toBe('No key fits.\n');
    const wrong = await run('key', 'list', '--state', 'sleepy');
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('must be one of enabled')]);
  });

  it('list the keys that go, and until when they can be taken back', async () => {
    const [scheduled, deleted, stays] = [await make('--name', 'going'), await make('--name', 'gone'), await make()];
    await json('key', 'schedule-deletion', scheduled, '--days', '7');
    await json('key', 'delete', deleted);
    const going = await json('key', 'deletions');
    expect(going.map(({ keyId, state }) => [keyId, state])).toEqual([
      [scheduled, 'pending-deletion'],
      [deleted, 'deleted'],
    ]);
    expect((await run('key', 'deletions')).stdout).toMatch(
      new RegExp(
        `${scheduled} +pending-deletion +(\\S+) +\\1 +key cancel-deletion +going[^]*${deleted} +deleted +\\S+ +\\S+ +key restore +gone`,
      ),
    );
    await json('key', 'cancel-deletion', scheduled);
    expect((await json('key', 'deletions')).map(({ keyId }) => keyId)).toEqual([deleted]);
    expect((await json('key', 'show', stays))[0]).toMatchObject({ state: 'enabled' });
  });

  it('read, check and set policies', async () => {
    const key = await make();
    const before = (await run('key', 'policy', 'get', key)).stdout;
    const policy = file('policy.json', before.replaceAll('  ', '    '));
    expect(await run('key', 'policy', 'check', key, '--file', policy)).toMatchObject({ exitCode: 0 });
    await json('key', 'policy', 'put', key, '--file', policy);
    expect((await json('key', 'policy', 'get', key))[0]).toMatchObject({ policy: readFileSync(policy, 'utf8') });
    const broken = await run('key', 'policy', 'check', key, '--file', file('broken.json', '{"Version":'));
    expect([broken.exitCode, broken.stdout]).toEqual([1, expect.stringContaining('access-policy-malformed')]);
    const refused = await run('key', 'policy', 'put', key, '--file', file('empty.json', '{"Version":"2012-10-17"}'));
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('malformed: ')]);
  });

  it('group keys in rings', async () => {
    const key = await make();
    await json('key', 'ring', 'create', 'finance');
    expect((await json('key', 'move', key, '--ring', 'finance'))[0]).toMatchObject({ keyRing: 'finance' });
    expect((await json('key', 'ring', 'list')).map(({ keyRing }) => keyRing)).toEqual(['default', 'finance']);
    expect((await run('key', 'ring', 'delete', 'finance')).stderr).toContain('still holds keys');
    await json('key', 'move', key, '--ring', 'default');
    expect((await json('key', 'ring', 'delete', 'finance'))[0]).toMatchObject({ keyRing: 'finance' });
  });

  it('replicate and promote', async () => {
    const key = await make('--multi-region');
    expect((await json('key', 'replicate', key, '--to', 'eu-west-1'))[0]).toMatchObject({ region: 'eu-west-1' });
    const [promoted] = await json('key', 'promote', key, '--to', 'eu-west-1');
    expect(promoted).toMatchObject({ multiRegion: { primaryRegion: 'eu-west-1' } });
  });

  it('show a public key', async () => {
    const key = await make('--spec', 'ec-p256', '--usage', 'sign-verify');
    expect((await run('key', 'public-key', key)).stdout).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  describe('bring material', () => {
    it('of a secret key and of a pair, and show both check values', async () => {
      const aes = await make('--imported');
      const brought = await run('key', 'import', aes, '--material', file('aes', randomBytes(32)));
      expect(brought.stderr).toBe('');
      const [, here, there] = /Check value here {3}(\w+)\nCheck value there {2}(\w+)/.exec(brought.stdout) ?? [];
      expect(here).toMatch(/^[0-9a-f]{16,}$/);
      expect(there).toBe(here);
      expect((await json('key', 'delete-material', aes))[0]).toMatchObject({ state: 'pending-import' });
      expect((await run('key', 'import', aes, '--material', file('other', randomBytes(32)))).exitCode).toBe(1);

      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const pem = file('ec.pem', privateKey.export({ format: 'pem', type: 'sec1' }));
      const pair = await make('--imported', '--spec', 'ec-p256', '--usage', 'sign-verify');
      expect((await json('key', 'import', pair, '--material', pem))[0]).toMatchObject({ state: 'enabled' });
      expect((await run('key', 'check-value', pair, '--material', pem)).exitCode).toBe(0);
    });

    it('by the commands for OpenSSL that it prints', async () => {
      const key = await make('--imported');
      const printed = await run('key', 'import', key, '--print-commands');
      const place = join(folder, 'openssl');
      mkdirSync(place);
      writeFileSync(join(place, 'material'), randomBytes(32));
      const [head, ...rest] = printed.stdout.split(/^keystead /m);
      const shell = (script: string) =>
        spawnSync('bash', ['-c', `set -eu\n${script}`], { cwd: place, encoding: 'utf8' });
      expect(shell(head as string).status).toBe(0);
      // The server lives in this process: our own commands run here, in the place of the script.
      for (const part of rest) {
        const [line, ...script] = part.split('\n');
        const words = (line as string)
          .split(' ')
          .map((word) => (['wrapping.der', 'token', 'wrapped', 'material'].includes(word) ? join(place, word) : word));
        expect([line, await run(...words)]).toMatchObject([line, { exitCode: 0, stderr: '' }]);
        const done = shell(script.join('\n'));
        expect([done.stderr, done.status]).toEqual(['', 0]);
      }
      expect((await json('key', 'show', key))[0]).toMatchObject({ state: 'enabled' });
    });

    it('by an import token, as IBM has it', async () => {
      const args = ['--material', file('ibm', randomBytes(16)), '--name', 'brought', '--alias', 'alias/brought'];
      const [key] = await json('key', 'import-new', ...args);
      expect(key).toMatchObject({ origin: 'imported', spec: 'aes-128', name: 'brought', aliases: ['alias/brought'] });
      const unfit = await run('key', 'import-new', '--material', file('unfit', randomBytes(5)));
      expect([unfit.exitCode, unfit.stderr]).toEqual([1, expect.stringContaining('16, 24 or 32')]);
      await json('key', 'import-token', 'create', '--retrievals', '2');
      expect((await json('key', 'import-token', 'read'))[0]).toMatchObject({ remainingRetrievals: 1 });
    });

    it.each([
      ['nothing', []],
      ['two ways', ['--material', 'x', '--print-commands']],
      ['half a way', ['--wrapped', 'x']],
      ['new and existing', ['--material', 'x', '--new', '--existing']],
    ])('and refuse %s', async (_, args) => {
      const { exitCode, stderr } = await run('key', 'import', 'alias/x', ...args);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('not clear what is to be imported')]);
    });
  });

  it('keep secrets and read them again', async () => {
    const secret = randomBytes(40);
    const [made] = await json('key', 'secret', 'create', '--name', 'db', '--value-file', file('secret', secret));
    const key = made?.['keyId'] as string;
    expect((await run('key', 'secret', 'read', key)).stdout.trim()).toBe(secret.toString('base64'));
    const to = join(folder, 'read');
    await json('key', 'secret', 'read', key, '--to', to);
    expect(readFileSync(to).equals(secret)).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const again = await run('key', 'secret', 'read', key, '--to', to);
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('there is something already')]);
  });
});

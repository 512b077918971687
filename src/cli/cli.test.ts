import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, jsonLines } from './cli.fixture.ts';
import { cliHouse } from './cli-house.fixture.ts';

describe('the command line against a server', () => {
  const scene = cliHouse();
  const { run, json, key } = scene;

  it('takes a key through its life', async () => {
    const { id } = await key();
    const states: unknown[] = [];
    for (const verb of ['disable', 'enable', 'rotate', 'schedule-deletion', 'cancel-deletion', 'show']) {
      const [shown] = await json('key', verb, id, '--region', 'us-east-1');
      states.push(shown?.['state']);
    }
    expect(states).toEqual(['disabled', 'enabled', 'enabled', 'pending-deletion', 'disabled', 'disabled']);
    const refused = await run('key', 'schedule-deletion', id, '--days', '6', '--region', 'us-east-1');
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    const [deleted] = await json('key', 'delete', id, '--force', '--region', 'us-east-1');
    expect(deleted).toMatchObject({ state: 'deleted', removal: { by: expect.stringMatching(/^IBMid-/) } });
    for (const verb of ['restore', 'purge']) {
      const early = await run('key', verb, id, '--region', 'us-east-1');
      expect([early.exitCode, early.stderr]).toEqual([1, expect.stringMatching(/ on it is allowed\.$/m)]);
    }
  });

  it('hands rights on a key to others, and takes them back', async () => {
    const { id } = await key();
    const [other] = await json('principal', 'create', 'grantee');
    const grantee = (other as { arn: string }).arn;
    const region = ['--region', 'us-east-1'];
    const options = ['--operation', 'Encrypt', 'Decrypt', '--context-subset', 'a=b=c', '--name', 'mine'];
    const [made] = await json('grant', 'create', id, '--grantee', grantee, ...options, ...region);
    expect(made).toMatchObject({
      grantee,
      operations: ['Encrypt', 'Decrypt'],
      constraints: { encryptionContextSubset: [{ name: 'a', value: 'b=c' }] },
      name: 'mine',
    });
    const grantId = (made as { grantId: string }).grantId;
    expect((await run('grant', 'list', id, '--grantee', grantee, ...region)).stdout).toContain(grantId);
    expect(await json('grant', 'revoke', id, grantId, ...region)).toMatchObject([{ grantId }]);
    const [second] = await json('grant', 'create', id, '--grantee', grantee, '--operation', 'Encrypt', ...region);
    await json('grant', 'retire', (second as { grantId: string }).grantId, ...region);
    expect((await run('grant', 'list', id, ...region)).stdout).toBe('The key has no such grant.\n');
    const malformed = ['--context-equals', 'x', ...region];
    const refused = await run('grant', 'create', id, '--grantee', grantee, '--operation', 'Encrypt', ...malformed);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('is not name=value')]);
  });

  it('leads to the help where a word has the wrong form', async () => {
    const refused = await run('key', 'show', 'nonesuch', '--region', 'us-east-1');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('Correct it; the command with --help shows what it takes.\n');
  });

  it('asks for the region only where there is a choice', async () => {
    await json('tenant', 'region', 'add', 'eu-west-3', '--tenant', scene.house.stranger.tenantId);
    const { apiKey } = await scene.house.member(['administrator'], scene.house.stranger);
    const { stdout } = await cli({ ...scene.env, KEYSTEAD_API_KEY: apiKey }, 'tenant', 'region', 'list', '--json');
    expect(jsonLines(stdout)).toHaveLength(2);
    const asked = await cli({ ...scene.env, KEYSTEAD_API_KEY: apiKey }, 'key', 'list');
    expect([asked.exitCode, asked.stderr]).toEqual([2, expect.stringContaining('--region')]);
    const told = await cli({ ...scene.env, KEYSTEAD_API_KEY: apiKey, KEYSTEAD_REGION: 'us-east-1' }, 'key', 'list');
    expect([told.exitCode, told.stdout]).toEqual([0, 'There is no key in us-east-1.\n']);
  });

  it('takes a key by its ARN, which says the region', async () => {
    const { id } = await key();
    const { region } = scene.house;
    const arn = `arn:aws:kms:${region.region}:${region.accountId}:key/${id}`;
    expect(await json('key', 'disable', arn)).toMatchObject([{ keyId: id, state: 'disabled' }]);
    expect(await run('key', 'show', arn, '--region', 'eu-north-1')).toMatchObject({ exitCode: 2 });
    const foreign = await run('key', 'show', `arn:aws:kms:${region.region}:000000000000:alias/mine`, '--json');
    expect(JSON.parse(foreign.stderr)).toMatchObject({ error: { code: 'key-not-found' } });
  });

  it('shows tags as they are written, and whose a credential is', async () => {
    await run('principal', 'create', 'tagged');
    expect((await run('principal', 'tag', 'tagged', 'stage=production', 'team=a=b')).stdout).toMatch(
      /^tags +stage=production, team=a=b$/m,
    );
    await run('credential', 'create', 'tagged');
    expect((await run('credential', 'list')).stdout).toMatch(/^KSIA\w+ +access-key +user +tagged /m);
  });

  it('lets nothing of a key command the terminal', async () => {
    const { id } = await key();
    for (const args of [
      ['key', 'list'],
      ['key', 'show', id],
    ]) {
      const { exitCode, stdout } = await run(...args, '--region', 'us-east-1');
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('evil ?[2Jdescription')]);
      expect(stdout).not.toContain('\u001b');
    }
  });

  it('has a key rotated every so often, and no more', async () => {
    const { id } = await key();
    const on = (...args: string[]) => json('key', ...args, '--region', 'us-east-1');
    const [rotated] = await on('enable-rotation', id, '--every', '90');
    expect(rotated).toMatchObject({ keyId: id, rotation: { periodDays: 90 } });
    expect(await on('show', id)).toMatchObject([{ rotation: { periodDays: 90 } }]);
    const [ended] = await on('disable-rotation', id);
    expect(ended).not.toHaveProperty('rotation');
    const refused = await run('key', 'enable-rotation', id, '--every', 'often', '--region', 'us-east-1');
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('--every')]);
  });

  it('compares check values with material at home', async () => {
    const material = randomBytes(32);
    const { id } = await key(material);
    const file = join(scene.folder, 'material');
    const args = ['key', 'check-value', id, '--region', 'us-east-1'];
    writeFileSync(file, material);
    const [shown] = await json(...args);
    expect(await json(...args, '--material', file)).toMatchObject([{ checkValue: shown?.['checkValue'] }]);
    writeFileSync(file, randomBytes(32));
    const other = await run(...args, '--material', file);
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('no version of the key has that')]);
  });

  it('compares the check value of a pair with either half of it, in PEM or DER', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const { id } = await key(privateKey.export({ format: 'der', type: 'pkcs8' }), 'ec-p256');
    const file = join(scene.folder, 'pair');
    const args = ['key', 'check-value', id, '--region', 'us-east-1'];
    const [shown] = await json(...args);
    expect(shown?.['checkValue']).toMatch(/^[0-9a-f]{64}$/);
    const halves = [
      privateKey.export({ format: 'pem', type: 'pkcs8' }),
      privateKey.export({ format: 'der', type: 'pkcs8' }),
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
    ];
    for (const half of halves) {
      writeFileSync(file, half);
      expect(await json(...args, '--material', file)).toMatchObject([{ checkValue: shown?.['checkValue'] }]);
    }
    writeFileSync(file, 'no key');
    const other = await run(...args, '--material', file);
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('holds no key that can be read')]);
  });

  it('makes keys of every kind', async () => {
    const region = ['--region', 'us-east-1'];
    const made = await json('key', 'create', '--spec', 'ECC_NIST_P256', '--usage', 'sign-verify', ...region);
    expect(made).toMatchObject([{ spec: 'ec-p256', usage: 'sign-verify', state: 'enabled' }]);
    const wanting = [
      'key',
      'create',
      '--spec',
      'ec-p256',
      '--imported',
      '--tag',
      'a=b',
      '--description',
      'd',
      ...region,
    ];
    expect((await run(...wanting)).exitCode).toBe(1);
    const [waiting] = await json(...wanting, '--usage', 'key-agreement');
    expect(waiting).toMatchObject({ state: 'pending-import', description: 'd', tags: [{ key: 'a', value: 'b' }] });
  });

  it('reads the API key from a file', async () => {
    const file = join(scene.folder, 'api-key');
    writeFileSync(file, `${scene.env['KEYSTEAD_API_KEY']}\n`);
    const { KEYSTEAD_API_KEY: _key, ...without } = scene.env;
    expect((await cli(without, 'whoami', '--api-key-file', file)).exitCode).toBe(0);
    expect((await cli(without, 'whoami')).exitCode).toBe(2);
    writeFileSync(file, 'nonsense');
    const malformed = await cli(without, 'whoami', '--api-key-file', file);
    expect([malformed.exitCode, malformed.stderr.includes('nonsense')]).toEqual([2, false]);
  });

  it.each([
    ['http://keys.example.org', 2, 'unsafe-url'],
    ['ftp://localhost', 2, 'unsafe-url'],
    ['nonsense', 2, 'malformed-url'],
    ['localhost:8420', 2, 'malformed-url'],
    ['http://127.0.0.1:9', 3, 'unreachable'],
  ])('does not get through to %s', async (url, exitCode, code) => {
    const ran = await run('whoami', '--url', url, '--json');
    expect([ran.exitCode, ran.stdout]).toEqual([exitCode, '']);
    expect(jsonLines(ran.stderr)).toMatchObject([{ error: { code } }]);
  });
});

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow, type KeyUsage } from '../crypto/key-spec.ts';
import { createKey, makeVersion } from '../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../keys/instance-policies.ts';
import { putKey } from '../keys/key-record.ts';
import type { Key } from '../keys/key.ts';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { answersOf, cli, jsonLines, type Ran } from './cli.fixture.ts';

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
});

describe('the command line against a server', () => {
  let house: AdminHouse;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    house = await adminHouse();
    folder = mkdtempSync(join(tmpdir(), 'keystead-cli-'));
    const { apiKey } = await house.member(['administrator', 'operator']);
    env = { KEYSTEAD_URL: house.url, KEYSTEAD_API_KEY: apiKey };
  });
  afterAll(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): Promise<Ran> => cli(env, ...args);

  const json = (...args: string[]): Promise<Record<string, unknown>[]> => answersOf(env, ...args);

  /** A key of the house, with imported material if some is given. */
  async function key(material?: Buffer, spec = 'aes-256'): Promise<Key> {
    const { services, region } = house;
    const row = keySpec(spec) as KeySpecRow;
    const wanted = {
      spec: row,
      usage: row.usages[0] as KeyUsage,
      origin: material === undefined ? ('generated' as const) : ('imported' as const),
      description: 'evil \u001b[2Jdescription\r\n',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: POLICY,
    };
    const { value } = createKey(region, wanted, services.clock(), services.random);
    const versions = material
      ? [makeVersion(region, value, material, services.clock(), services.random, { stage: 'current' })]
      : value.versions;
    await house.commit(putKey(region.tenantKey, undefined, { ...value, versions }));
    return value;
  }

  it('makes a tenant, shows its secrets once, and lists it', async () => {
    const [made] = await json('tenant', 'create', 'Example', '--region', 'eu-de', '--administrator', 'ada');
    const apiKey = made?.['apiKey'] as string;
    const listed = await run('tenant', 'list');
    expect(listed.stdout).toMatch(/^TENANT +ACCOUNT +NAME +CREATED\n/);
    expect(listed.stdout).toContain('Example');
    expect(listed.stdout).not.toContain(apiKey);
    const ada = await cli({ ...env, KEYSTEAD_API_KEY: apiKey }, 'whoami', '--json');
    expect(jsonLines(ada.stdout)).toMatchObject([{ name: 'ada', tenantName: 'Example' }]);
  });

  it('opens regions', async () => {
    await json('tenant', 'region', 'add', 'eu-west-3');
    await json('tenant', 'region', 'add', 'eu-west-3', '--tenant', house.stranger.tenantId);
    expect((await json('tenant', 'region', 'list')).map(({ region }) => region)).toContain('eu-west-3');
  });

  it('makes instances, says where clients find them, and deletes them', async () => {
    const [made] = await json('instance', 'create', 'eu-fr2');
    const { instanceId, instanceCrn } = made as Record<string, string>;
    expect(made).toMatchObject({
      region: 'eu-fr2',
      accountId: house.tenant.accountId,
      instanceCrn: expect.stringContaining(`:kms:eu-fr2:a/${house.tenant.accountId}:${instanceId}::`) as string,
      keyProtect: { endpoint: house.url, apiEndpoint: `${house.url}/api/v2`, iamEndpoint: house.url },
      awsKms: { endpoint: house.url, region: 'eu-fr2' },
    });
    expect(await json('instance', 'list')).toContainEqual(made);
    expect((await run('instance', 'list')).stdout).toMatch(/^INSTANCE +REGION +ACCOUNT +CREATED\n/);
    expect(await json('instance', 'delete', instanceCrn as string)).toMatchObject([{ instanceId }]);
    const again = await run('instance', 'delete', instanceId as string);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('keystead instance list')]);
  });

  it('issues credentials and takes them back', async () => {
    await json('principal', 'create', 'host', '--policy', 'user');
    const [issued] = await json('credential', 'create', 'host', '--type', 'api-key');
    const own = { ...env, KEYSTEAD_API_KEY: issued?.['apiKey'] as string };
    expect((await cli(own, 'whoami')).exitCode).toBe(0);
    const { credentialId } = (issued as { credential: { credentialId: string } }).credential;
    await json('credential', 'suspend', credentialId);
    const refused = await cli(own, 'whoami', '--json');
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(jsonLines(refused.stderr)).toMatchObject([{ error: { code: 'unauthenticated' } }]);
    const session = await json('credential', 'create', 'host', '--type', 'session', '--lifetime', '900');
    expect(Object.keys(session[0] ?? {})).toContain('sessionToken');
  });

  it('looks after service ids, and keeps its hands from users', async () => {
    const [made] = await json('service-id', 'create', 'robot', '--policy', 'user');
    expect(made).toMatchObject({ name: 'robot', serviceId: true });
    await json('key-role', 'assign', 'Writer', '--principal', 'robot', '--region', 'us-east-1');
    await json('principal', 'create', 'person');
    expect((await run('service-id', 'list')).stdout).toMatch(/iam-ServiceId-\S+ +robot +user +Writer +active/);
    expect((await run('service-id', 'list')).stdout).not.toContain('person');
    expect(await json('service-id', 'show', made?.['iamId'] as string)).toMatchObject([{ name: 'robot' }]);
    expect(await json('service-id', 'suspend', 'robot')).toMatchObject([{ state: 'suspended' }]);
    expect(await json('service-id', 'resume', 'robot')).toMatchObject([{ state: 'active' }]);
    const person = await run('service-id', 'suspend', 'person');
    expect([person.exitCode, person.stderr]).toEqual([1, expect.stringContaining('person is a user, and no service')]);
    expect(await json('service-id', 'delete', 'robot')).toMatchObject([{ state: 'deleted' }]);
    const nobody = await run('service-id', 'show', `iam-ServiceId-${crypto.randomUUID()}`);
    expect([nobody.exitCode, nobody.stderr]).toEqual([1, expect.stringContaining('keystead service-id list')]);
  });

  it('sets all policies of an instance, each by itself', async () => {
    const where = ['instance', 'policy', 'set', '--region', 'us-east-1'];
    const set = async (...options: string[]) => (await json(...where, ...options))[0];
    const all = { createWrapping: true, createSecret: true, importWrapping: true, importSecret: true };
    expect(await set('--two-people', 'yes')).toMatchObject({ dualAuthorization: true, creation: all });
    expect(await set('--allow', 'create-keys', 'import-keys', '--wrapped-imports', 'yes')).toMatchObject({
      dualAuthorization: true,
      creation: { ...all, createSecret: false, importSecret: false, enforceToken: true },
    });
    expect(await set('--wrapped-imports', 'no')).toMatchObject({
      creation: { createSecret: false, enforceToken: false },
    });
    expect(await set('--allow', 'all', '--two-people', 'no', '--metrics', 'yes')).toMatchObject({
      dualAuthorization: false,
      creation: all,
      metrics: true,
    });
    for (const [wrong, why] of [
      [['--two-people', 'maybe'], 'it must be yes or no'],
      [['--allow', 'everything'], 'there is no "everything"'],
      [['--allow', 'all', 'create-keys'], 'there is no "all"'],
      [[], 'no policy was named'],
    ] as const) {
      const refused = await run(...where, ...wrong);
      expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(why)]);
    }
  });

  it('gives roles of IBM Key Protect to users and roles, and takes them back', async () => {
    const [program] = await json('principal', 'create', 'program', '--service-id');
    expect(program).toMatchObject({ serviceId: true, iamId: expect.stringMatching(/^iam-ServiceId-/), keyRoles: [] });
    const who = ['--principal', 'program'];
    const scope = ['--region', 'us-east-1', '--ring', 'payments'];
    const [assigned] = await json('key-role', 'assign', 'Manager', 'KeyPurge', ...who, ...scope);
    const [{ assignmentId }] = (assigned as { keyRoles: [{ assignmentId: string }] }).keyRoles;
    expect(assigned).toMatchObject({
      keyRoles: [{ roles: ['Manager', 'KeyPurge'], region: 'us-east-1', keyRing: 'payments' }],
    });
    expect((await run('key-role', 'list', ...who)).stdout).toMatch(/Manager, KeyPurge +us-east-1 +payments/);
    expect(await json('key-role', 'remove', assignmentId, ...who)).toMatchObject([{ keyRoles: [] }]);
    const again = await run('key-role', 'remove', assignmentId, ...who);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('has no assignment')]);
    const wrong = await run('key-role', 'assign', 'Administrator', ...who, ...scope);
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('whole tenant')]);
    expect((await run('key-role', 'assign', 'Owner', ...who)).exitCode).not.toBe(0);
    const of = await run('key-role', 'assign', 'Reader');
    expect([of.exitCode, of.stderr]).toEqual([2, expect.stringContaining('--principal or --role')]);
    const nobody = await run('key-role', 'list');
    expect([nobody.exitCode, nobody.stderr]).toEqual([2, expect.stringContaining('--principal or --role')]);
  });

  it('explains access', async () => {
    const { id } = await key();
    const who = ['--principal', 'admin-of-keys', '--action', 'kms:Encrypt'];
    const asked = ['access', 'explain', '--region', 'us-east-1', ...who, '--key', id];
    await json('principal', 'create', 'admin-of-keys');
    const [explained] = await json(...asked, '--context', 'tenant=acme', '--condition', 'aws:SourceIp=192.0.2.1');
    expect(explained).toMatchObject({
      allowed: true,
      reason: 'allowed-by-key-policy',
      resource: expect.stringContaining(id),
    });
    const { stdout } = await run(...asked);
    expect(stdout).toMatch(/^decision +allowed\n/);
    expect(stdout).toMatch(/key-policy 1 +1 +Allow +yes/);
    const refused = await run(...asked.slice(0, -2));
    expect(refused.stdout).toMatch(/^decision +refused\n/);
    const wrong = await run(...asked, '--context', 'tenant');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('KEY=VALUE')]);
  });

  it('makes users, policies and roles, and takes them back', async () => {
    const file = (name: string, content: object) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const Version = '2012-10-17';
    const document = file('p.json', { Version, Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' } });
    const Principal = { AWS: house.tenant.accountId };
    const trust = file('t.json', { Version, Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } });
    await json('policy', 'create', 'encrypt-only', '--document', document, '--description', 'no more');
    await json('policy', 'update', 'encrypt-only', '--document', document);
    await json('principal', 'create', 'carol', '--policy', 'encrypt-only', 'user');
    await json('principal', 'tag', 'carol', 'team=red=blue', 'stage=1');
    await json('principal', 'untag', 'carol', 'stage');
    await json('policy', 'put-inline', 'own', '--document', document, '--principal', 'carol');
    expect(await json('principal', 'show', 'carol')).toMatchObject([
      { policies: ['encrypt-only', 'user'], inlinePolicies: ['own'], tags: [{ key: 'team', value: 'red=blue' }] },
    ]);
    await json('policy', 'delete-inline', 'own', '--principal', 'carol');
    await json('policy', 'detach', 'user', '--principal', 'carol');
    await json('role', 'create', 'nightly', '--trust', trust, '--max-session', '7200');
    await json('policy', 'attach', 'encrypt-only', '--role', 'nightly');
    await json('role', 'set-trust', 'nightly', '--trust', trust);
    await json('role', 'update', 'nightly', '--description', 'at night');
    await json('role', 'tag', 'nightly', 'team=red');
    await json('role', 'untag', 'nightly', 'team');
    await json('role', 'revoke-sessions', 'nightly');
    expect(await json('role', 'list')).toMatchObject([{ name: 'nightly', description: 'at night' }]);
    expect(await json('role', 'show', 'nightly')).toMatchObject([{ policies: ['encrypt-only'], tags: [] }]);
    const own = (await json('policy', 'list')).filter((one) => one['isBuiltIn'] === false);
    expect(own).toMatchObject([{ name: 'encrypt-only', attachments: 2 }]);
    for (const args of [[], ['--role', 'nightly', '--principal', 'carol']])
      expect((await run('policy', 'attach', 'user', ...args)).exitCode).toBe(2);
    const states = [];
    for (const verb of ['suspend', 'resume', 'delete'])
      states.push((await json('principal', verb, 'carol'))[0]?.['state']);
    expect(states).toEqual(['suspended', 'active', 'deleted']);
    await json('role', 'delete', 'nightly');
    await json('policy', 'delete', 'encrypt-only');
  });

  it('registers a service, issues its access key and switches it off', async () => {
    await json('service', 'create', 'backup.example.com');
    expect(await json('service', 'credential', 'backup.example.com')).toMatchObject([
      { credential: { holder: 'service' } },
    ]);
    await json('service', 'suspend', 'backup.example.com');
    await json('service', 'resume', 'backup.example.com');
    expect(await json('service', 'list')).toMatchObject([{ name: 'backup.example.com', state: 'active' }]);
  });

  it('sets up identity providers, by id or by name, and takes no secret on the command line', async () => {
    const create = (...more: string[]) =>
      run('identity-provider', 'create', 'Example Corp', '--client-id', 'keystead', ...more);
    const without = await create('--issuer', 'https://login.example.com');
    expect([without.exitCode, without.stderr]).toEqual([2, expect.stringContaining('KEYSTEAD_OIDC_CLIENT_SECRET')]);
    const here = await create('--issuer', 'https://localhost', '--public-client');
    expect([here.exitCode, here.stderr]).toEqual([1, expect.stringContaining('is this machine')]);
    const made = await create('--issuer', 'https://login.example.com', '--public-client', '--domains', 'Example.com');
    expect(made.stdout).toMatch(/callback url +http.*\/admin\/v1\/sign-in\/oidc\/callback/);
    const change = ['--newcomers', 'key-user', '--multi-factor', 'yes'];
    expect(await json('identity-provider', 'update', 'Example Corp', ...change)).toMatchObject([
      {
        newcomerPolicies: ['key-user'],
        requireMultiFactor: true,
        emailDomains: ['example.com'],
        hasClientSecret: false,
      },
    ]);
    expect(await json('identity-provider', 'suspend', 'Example Corp')).toMatchObject([{ state: 'suspended' }]);
    expect((await run('identity-provider', 'list')).stdout).toMatch(/Example Corp.*key-user +suspended/);
    await json('identity-provider', 'delete', 'Example Corp');
    const gone = await run('identity-provider', 'show', 'Example Corp');
    expect([gone.exitCode, gone.stderr]).toEqual([2, expect.stringContaining('no identity provider named')]);
  });

  it('authorizes services that are there, and takes it back', async () => {
    const service = 'cli-storage.example.com';
    const missing = await run('authorization', 'create', service, 'Reader');
    expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('no service named')]);
    await json('service', 'create', service);
    const [made] = await json('authorization', 'create', service, 'Reader', '--region', 'us-east-1');
    expect((await run('authorization', 'list')).stdout).toMatch(/cli-storage\.example\.com +Reader +us-east-1/);
    await json('authorization', 'delete', made?.['authorizationId'] as string);
    expect((await run('authorization', 'list')).stdout).toBe('There is no authorization.\n');
    const again = await run('authorization', 'delete', made?.['authorizationId'] as string);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('has no authorization')]);
  });

  it('tells what one may do oneself', async () => {
    const [region] = await json('tenant', 'region', 'list');
    const where = region?.['region'] as string;
    const [made] = await json('key', 'create', '--region', where, '--spec', 'aes-256');
    const on = ['--region', where, '--key', made?.['keyId'] as string];
    const { stdout } = await run('access', 'check', 'kms:Decrypt', 'installation:Nothing', ...on);
    expect(stdout).toMatch(/^ACTION +ALLOWED\nkms:Decrypt +yes\ninstallation:Nothing +no\n$/);
    const people = (await json(
      'access',
      'who-can',
      on[3] as string,
      '--region',
      where,
      '--action',
      'kms:Decrypt',
    )) as object[];
    expect(people).toContainEqual(expect.objectContaining({ isActive: true, allowed: [true] }));
    expect(await json('access', 'check', 'keystead:CreateEnvironment', '--environment', '*')).toEqual([
      { action: 'keystead:CreateEnvironment', allowed: true },
    ]);
  });

  it('lists what waits for a second person', async () => {
    expect((await run('approval', 'list')).stdout).toBe('Nothing waits for a second person.\n');
    const [region] = await json('tenant', 'region', 'list');
    const where = region?.['region'] as string;
    const dual = (dualAuthorization: boolean) =>
      house.send(env['KEYSTEAD_API_KEY'], 'POST', `/regions/${where}/policies`, { dualAuthorization });
    await dual(true);
    const [made] = await json('key', 'create', '--region', where, '--spec', 'aes-256');
    const keyId = made?.['keyId'] as string;
    await json('key', 'authorize-deletion', keyId, '--region', where);
    expect(await json('approval', 'list')).toMatchObject([{ kind: 'key-deletion', keyId, because: 'same-person' }]);
    expect((await run('approval', 'list')).stdout).toMatch(/no: same-person/);
    await json('key', 'withdraw-authorization', keyId, '--region', where);
    await dual(false);
  });

  it('issues API keys with an end, for users and services', async () => {
    await json('principal', 'create', 'ending');
    const options = ['--type', 'api-key', '--expires'];
    const [issued] = await json('credential', 'create', 'ending', ...options, '2099-01-31T00:00:00Z');
    expect(issued).toMatchObject({ credential: { type: 'api-key', expiresAt: '2099-01-31T00:00:00.000Z' } });
    const bounded = ['--type', 'api-key', '--scope', 'auditor', 'key-user', '--description', 'dashboard'];
    const [less] = await json('credential', 'create', 'ending', ...bounded);
    expect(less).toMatchObject({ credential: { scopes: ['auditor', 'key-user'], description: 'dashboard' } });
    expect((await run('credential', 'list')).stdout).toMatch(/auditor key-user +dashboard/);
    const past = await run('credential', 'create', 'ending', ...options, '2020-01-31T00:00:00Z');
    expect([past.exitCode, past.stderr]).toEqual([1, expect.stringContaining('not in the future')]);
    const session = ['--type', 'session', '--lifetime', '900', '--expires'];
    const other = await run('credential', 'create', 'ending', ...session, '2099-01-31T00:00:00Z');
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('a session ends by its lifetime')]);
    await json('service', 'create', 'ending.example.com');
    const [ofService] = await json('service', 'credential', 'ending.example.com', '--type', 'api-key');
    expect(ofService).toMatchObject({ apiKey: expect.stringMatching(/^ks_/), credential: { holder: 'service' } });
  });

  it('makes an access key of the account with a warning, and deletes it', async () => {
    const { stdout, stderr } = await run('credential', 'create', '--root');
    expect(stderr).toContain('This access key is the account itself');
    const [id] = /KSIA[A-Z2-7]{16}/.exec(stdout) ?? [];
    await json('credential', 'delete', id as string);
    expect((await run('credential', 'create')).exitCode).toBe(2);
    expect((await run('credential', 'create', 'host', '--root')).exitCode).toBe(2);
  });

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
    const { apiKey } = await house.member(['administrator'], house.stranger);
    const { stdout } = await cli({ ...env, KEYSTEAD_API_KEY: apiKey }, 'tenant', 'region', 'list', '--json');
    expect(jsonLines(stdout)).toHaveLength(2);
    const asked = await cli({ ...env, KEYSTEAD_API_KEY: apiKey }, 'key', 'list');
    expect([asked.exitCode, asked.stderr]).toEqual([2, expect.stringContaining('--region')]);
    const told = await cli({ ...env, KEYSTEAD_API_KEY: apiKey, KEYSTEAD_REGION: 'us-east-1' }, 'key', 'list');
    expect([told.exitCode, told.stdout]).toEqual([0, 'There is no key in us-east-1.\n']);
  });

  it('takes a key by its ARN, which says the region', async () => {
    const { id } = await key();
    const { region } = house;
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
    const file = join(folder, 'material');
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
    const file = join(folder, 'pair');
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
    const file = join(folder, 'api-key');
    writeFileSync(file, `${env['KEYSTEAD_API_KEY']}\n`);
    const { KEYSTEAD_API_KEY: _key, ...without } = env;
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

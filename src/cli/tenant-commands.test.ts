import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, jsonLines } from './cli.fixture.ts';
import { cliHouse } from './cli-house.fixture.ts';

describe('the command line against a server: tenants, who may ask, and what they may', () => {
  const scene = cliHouse();
  const { run, json, key } = scene;

  it('makes a tenant, shows its secrets once, and lists it', async () => {
    const [made] = await json('tenant', 'create', 'Example', '--region', 'eu-de', '--administrator', 'ada');
    const apiKey = made?.['apiKey'] as string;
    const listed = await run('tenant', 'list');
    expect(listed.stdout).toMatch(/^TENANT +ACCOUNT +NAME +CREATED\n/);
    expect(listed.stdout).toContain('Example');
    expect(listed.stdout).not.toContain(apiKey);
    const ada = await cli({ ...scene.env, KEYSTEAD_API_KEY: apiKey }, 'whoami', '--json');
    expect(jsonLines(ada.stdout)).toMatchObject([{ name: 'ada', tenantName: 'Example' }]);
  });

  it('opens regions', async () => {
    await json('tenant', 'region', 'add', 'eu-west-3');
    await json('tenant', 'region', 'add', 'eu-west-3', '--tenant', scene.house.stranger.tenantId);
    expect((await json('tenant', 'region', 'list')).map(({ region }) => region)).toContain('eu-west-3');
  });

  it('makes instances, says where clients find them, and deletes them', async () => {
    const [made] = await json('instance', 'create', 'eu-fr2');
    const { instanceId, instanceCrn } = made as Record<string, string>;
    expect(made).toMatchObject({
      region: 'eu-fr2',
      accountId: scene.house.tenant.accountId,
      instanceCrn: expect.stringContaining(`:kms:eu-fr2:a/${scene.house.tenant.accountId}:${instanceId}::`) as string,
      keyProtect: { endpoint: scene.house.url, apiEndpoint: `${scene.house.url}/api/v2`, iamEndpoint: scene.house.url },
      awsKms: { endpoint: scene.house.url, region: 'eu-fr2' },
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
    const own = { ...scene.env, KEYSTEAD_API_KEY: issued?.['apiKey'] as string };
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
    const counted = ['instance', 'metrics', '--region', 'us-east-1'];
    expect(await json(...counted)).toMatchObject([{ region: 'us-east-1', enabled: true, gauges: [] }]);
    expect((await run(...counted)).stdout).toBe('no requests in the last whole minute\n');
    expect((await run(...counted, '--prometheus')).stdout).toMatch(/^# HELP ibm_kms_api_request_gauge /);
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
      writeFileSync(join(scene.folder, name), JSON.stringify(content));
      return join(scene.folder, name);
    };
    const Version = '2012-10-17';
    const document = file('p.json', { Version, Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' } });
    const Principal = { AWS: scene.house.tenant.accountId };
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
      scene.house.send(scene.env['KEYSTEAD_API_KEY'], 'POST', `/regions/${where}/policies`, { dualAuthorization });
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
});

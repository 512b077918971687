import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userArn } from '../../identity/arn.ts';
import { adminHouse, examplePath, fits, type AdminHouse, type Answer } from './admin.fixture.ts';
import { PRINCIPAL_CHANGES } from './resources/principal-changes.ts';
import { ADMIN_ROUTES } from './routes.ts';

const allow = (action: string, effect = 'Allow') =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: effect, Action: action, Resource: '*' } });
const trust = (principal: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' },
  });

describe('users, roles and policies', () => {
  let house: AdminHouse;
  let operator: string;
  let administrator: string;

  beforeAll(async () => {
    house = await adminHouse();
    operator = (await house.member(['operator', 'administrator'])).apiKey;
    administrator = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  async function done(id: string, path: string, body?: unknown, apiKey = administrator) {
    const route = ADMIN_ROUTES.find((one) => one.id === id);
    if (route === undefined) throw new Error(`no route ${id}`);
    const answer = await house.send(apiKey, route.method, path, body);
    expect([id, answer.status, answer.body]).toEqual([id, route.status, expect.anything()]);
    expect(fits(route, answer.body)).toBe(true);
    return answer.body;
  }

  const refusal = ({ status, body }: Answer) => [status, (body['error'] as { code: string } | undefined)?.code];
  const post = async (path: string, body?: unknown, apiKey = administrator) =>
    refusal(await house.send(apiKey, 'POST', path, body));

  it('have the keys that sign tokens changed and taken away by operators alone', async () => {
    const states = ({ items }: Record<string, unknown>) => (items as { state: string }[]).map(({ state }) => state);
    const list = async () => done('listTokenSigningKeys', '/token-signing-keys', undefined, operator);
    expect(states(await list())).toEqual([]);
    const rotate = async () => done('rotateTokenSigningKey', '/token-signing-keys/rotate', undefined, operator);
    expect(states(await rotate())).toEqual(['signs']);
    const rotated = await rotate();
    expect(states(rotated)).toEqual(['retired', 'signs']);
    const [, { keyId }] = rotated['items'] as [object, { keyId: string }];
    const path = `/token-signing-keys/${keyId}/revoke`;
    expect(await post(path)).toEqual([403, 'access-denied']);
    expect(states(await done('revokeTokenSigningKey', path, undefined, operator))).toEqual(['retired', 'signs']);
    expect(await post(path, undefined, operator)).toEqual([404, 'token-signing-key-not-found']);
  });

  it('change what a user may do from the next request on', async () => {
    const { member, apiKey } = await house.member([]);
    const may = async () => refusal(await house.send(apiKey, 'GET', '/principals'))[0] === 200;
    const on = (what: string, body: object) => done(what, `/principals/${member.id}${PATHS[what]}`, body);
    expect(await may()).toBe(false);
    await done('createPolicy', '/policies', { name: 'Look', document: allow('keystead:List*') });
    await on('attachPrincipalPolicy', { policy: 'look' });
    expect(await may()).toBe(true);
    const updated = await done('updatePolicy', '/policies/Look/update', { document: allow('keystead:WhoAmI') });
    expect(updated).toMatchObject({ name: 'Look', version: 3, attachments: 1 });
    expect(await may()).toBe(false);
    await done('updatePolicy', '/policies/Look/update', { document: allow('keystead:List*') });
    await on('putPrincipalInlinePolicy', { name: 'not', document: allow('keystead:ListPrincipals', 'Deny') });
    expect(await may()).toBe(false);
    const denying = { name: 'not', document: allow('keystead:ListPrincipals', 'Deny') };
    const texts = await done('listPrincipalInlinePolicies', `/principals/${member.id}/inline-policies`);
    expect(texts).toEqual({ items: [denying] });
    await on('deletePrincipalInlinePolicy', { name: 'NOT' });
    expect(await may()).toBe(true);
    expect(await post('/policies/look/delete')).toEqual([409, 'access-policy-attached']);
    expect(await on('detachPrincipalPolicy', { policy: 'Look' })).toMatchObject({ policies: [] });
    expect(await may()).toBe(false);
    await done('deletePolicy', '/policies/Look/delete');
    expect(refusal(await house.send(administrator, 'GET', '/policies/Look'))).toEqual([404, 'access-policy-not-found']);
  });

  const PATHS: Readonly<Record<string, string>> = {
    attachPrincipalPolicy: '/policies/attach',
    detachPrincipalPolicy: '/policies/detach',
    putPrincipalInlinePolicy: '/inline-policies/put',
    deletePrincipalInlinePolicy: '/inline-policies/delete',
  };

  it('switch users off and on, and delete them for good', async () => {
    const { member, apiKey } = await house.member(['user']);
    const whoAmI = async () => (await house.send(apiKey, 'GET', '/whoami')).status;
    const path = `/principals/${member.id}`;
    await done('createPolicy', '/policies', { name: 'counted', document: allow('kms:*') });
    await done('attachPrincipalPolicy', `${path}/policies/attach`, { policy: 'counted' });
    expect(await whoAmI()).toBe(200);
    expect(await done('suspendPrincipal', `${path}/suspend`)).toMatchObject({ state: 'suspended' });
    expect(await whoAmI()).toBe(401);
    await done('resumePrincipal', `${path}/resume`);
    expect(await whoAmI()).toBe(200);
    expect(await done('deletePrincipal', `${path}/delete`)).toMatchObject({ state: 'deleted', policies: [] });
    expect(await whoAmI()).toBe(401);
    expect(await done('getPolicy', '/policies/counted')).toMatchObject({ attachments: 0 });
    expect(await post(`${path}/resume`)).toEqual([404, 'principal-not-found']);
    expect(await post(`${path}/credentials`, { type: 'api-key' })).toEqual([404, 'principal-not-found']);
    const body = { name: member.name.toUpperCase(), policies: [] };
    const { status, body: told } = await house.send(administrator, 'POST', '/principals', body);
    expect([status, (told['error'] as { message: string }).message]).toEqual([
      409,
      expect.stringContaining('given once'),
    ]);
    const { items } = await done('listPrincipals', '/principals?limit=1000');
    expect((items as { name: string }[]).map(({ name }) => name)).not.toContain(member.name);
  });

  it('nobody suspends or deletes oneself', async () => {
    const { member, apiKey } = await house.member(['administrator']);
    for (const verb of ['suspend', 'delete'])
      expect(await post(`/principals/${member.id}/${verb}`, undefined, apiKey)).toEqual([409, 'principal-is-oneself']);
  });

  it('take roles through their life', async () => {
    const { accountId } = house.tenant;
    const made = await done('createRole', '/roles', { name: 'Backup', trustPolicy: trust(accountId) });
    expect(made).toMatchObject({ arn: `arn:aws:iam::${accountId}:role/Backup`, maxSessionSeconds: 3600, policies: [] });
    expect(await post('/roles', { name: 'backup', trustPolicy: trust(accountId) })).toEqual([409, 'role-exists']);
    await done('attachRolePolicy', '/roles/Backup/policies/attach', { policy: 'user' });
    await done('putRoleInlinePolicy', '/roles/Backup/inline-policies/put', {
      name: 'one',
      document: allow('kms:Sign'),
    });
    await done('putRoleInlinePolicy', '/roles/Backup/inline-policies/put', {
      name: 'two',
      document: allow('kms:Encrpyt'),
    });
    expect(await done('listRoleInlinePolicies', '/roles/backup/inline-policies')).toEqual({
      items: [
        { name: 'one', document: allow('kms:Sign') },
        { name: 'two', document: allow('kms:Encrpyt'), unknownActions: ['kms:Encrpyt'] },
      ],
    });
    await done('deleteRoleInlinePolicy', '/roles/Backup/inline-policies/delete', { name: 'two' });
    await done('tagRole', '/roles/Backup/tags/set', {
      tags: [
        { key: 'Team', value: 'red' },
        { key: 'stage', value: '' },
      ],
    });
    await done('tagRole', '/roles/Backup/tags/set', { tags: [{ key: 'team', value: 'blue' }] });
    await done('untagRole', '/roles/Backup/tags/delete', { keys: ['STAGE'] });
    await done('setRoleTrust', '/roles/Backup/trust', { trustPolicy: trust('111122223333') });
    await done('updateRole', '/roles/Backup/update', { maxSessionSeconds: 43_200 });
    expect(await done('revokeRoleSessions', '/roles/backup/revoke-sessions')).toMatchObject({
      policies: ['user'],
      inlinePolicies: ['one'],
      tags: [{ key: 'team', value: 'blue' }],
      maxSessionSeconds: 43_200,
      trustPolicy: trust('111122223333'),
      sessionsRevokedAt: expect.any(String),
    });
    expect((await done('listRoles', '/roles'))['items']).toHaveLength(1);
    await done('deleteRole', '/roles/Backup/delete');
    expect((await done('listRoles', '/roles'))['items']).toEqual([]);
    expect(refusal(await house.send(administrator, 'GET', '/roles/Backup'))).toEqual([404, 'role-not-found']);
    expect(await post('/roles', { name: 'BACKUP', trustPolicy: trust(accountId) })).toEqual([409, 'role-exists']);
  });

  it.each<[string, string, object, number, string]>([
    ['a policy that is no JSON', '/policies', { name: 'p', document: '{' }, 400, 'access-policy-malformed'],
    [
      'a policy that names a principal',
      '/policies',
      { name: 'p', document: trust('*') },
      400,
      'access-policy-malformed',
    ],
    [
      'the name of a built-in policy',
      '/policies',
      { name: 'Administrator', document: allow('*') },
      409,
      'access-policy-built-in',
    ],
    ['a change of a built-in policy', '/policies/user/update', { document: allow('*') }, 409, 'access-policy-built-in'],
    [
      'a policy of 6145 characters',
      '/policies',
      { name: 'p', document: allow(`kms:${'x'.repeat(6_145)}`) },
      400,
      'access-policy-too-large',
    ],
    ['a name in another script', '/policies', { name: 'аdministrator', document: allow('*') }, 400, 'invalid-request'],
    ['a name with a path', '/roles', { name: 'a/b', trustPolicy: trust('111122223333') }, 400, 'invalid-request'],
    [
      'a trust policy with a resource',
      '/roles',
      { name: 'r', trustPolicy: trust('111122223333').replace('"Action"', '"Resource":"*","Action"') },
      400,
      'trust-policy-malformed',
    ],
    [
      'a trust policy for keys',
      '/roles',
      { name: 'r', trustPolicy: trust('111122223333').replace('sts:AssumeRole', 'kms:Decrypt') },
      400,
      'trust-policy-malformed',
    ],
    [
      'a trust policy without principals',
      '/roles',
      { name: 'r', trustPolicy: allow('sts:AssumeRole') },
      400,
      'trust-policy-malformed',
    ],
    [
      'sessions of less than an hour',
      '/roles',
      { name: 'r', trustPolicy: trust('111122223333'), maxSessionSeconds: 3599 },
      400,
      'invalid-request',
    ],
    ['a policy that is not there', '/principals', { name: 'n', policies: ['nothing'] }, 404, 'access-policy-not-found'],
  ])('refuse %s', async (_, path, body, status, code) => {
    expect(await post(path, body)).toEqual([status, code]);
  });

  it('have as many policies as AWS allows, and inline ones of as many characters', async () => {
    const { member } = await house.member(['user']);
    for (let i = 0; i < 10; i++) {
      await done('createPolicy', '/policies', { name: `many-${i}`, document: allow('kms:Sign') });
      const outcome = await post(`/principals/${member.id}/policies/attach`, { policy: `many-${i}` });
      expect(outcome).toEqual(i < 9 ? [200, undefined] : [409, 'too-many-policies']);
    }
    const room = 2_048 - allow('kms:').length;
    const put = (name: string, size: number) =>
      post(`/principals/${member.id}/inline-policies/put`, { name, document: allow(`kms:${'x'.repeat(size)}`) });
    expect(await put('whole', room + 1)).toEqual([400, 'access-policy-too-large']);
    expect(await put('whole', room)).toEqual([200, undefined]);
    expect(await put('more', 1)).toEqual([400, 'access-policy-too-large']);
    expect(await put('WHOLE', 1)).toEqual([200, undefined]);
  });

  it('reach nothing over all tenants, whatever a policy says, and touch no operator', async () => {
    const { member: climber, apiKey } = await house.member([]);
    const { principalId } = await done('whoAmI', '/whoami', undefined, operator);
    for (const [policy, action] of [
      ['everything', '*'],
      ['installation', 'installation:*'],
    ] as const) {
      await done('createPolicy', '/policies', { name: policy, document: allow(action) });
      await done('attachPrincipalPolicy', `/principals/${climber.id}/policies/attach`, { policy });
    }
    expect((await house.send(apiKey, 'GET', '/policies')).status).toBe(200);
    for (const route of ADMIN_ROUTES.filter(({ action }) => action.startsWith('installation:'))) {
      const path = examplePath(route, { tenantId: house.stranger.tenantId });
      expect([route.id, (await house.send(apiKey, route.method, path, route.example.body)).status]).toEqual([
        route.id,
        403,
      ]);
    }
    for (const route of PRINCIPAL_CHANGES) {
      const path = route.path.replace('{principalId}', principalId as string);
      expect([route.id, await post(path, route.example.body, apiKey)]).toEqual([route.id, [403, 'access-denied']]);
    }
    const { member } = await house.member([]);
    expect(await post(`/principals/${member.id}/policies/attach`, { policy: 'operator' }, apiKey)).toEqual([
      403,
      'access-denied',
    ]);
    await done('createRole', '/roles', { name: 'high', trustPolicy: trust(house.tenant.accountId) });
    expect(await post('/roles/high/policies/attach', { policy: 'operator' }, apiKey)).toEqual([403, 'access-denied']);
    // Not even an operator: the administrator of the tenant decides who assumes the role.
    expect(await post('/roles/high/policies/attach', { policy: 'operator' }, operator)).toEqual([
      400,
      'operator-not-for-roles',
    ]);
  });

  it('issue no credential of somebody who becomes an operator in that moment', async () => {
    const { member } = await house.member([]);
    const commit = house.store.commit.bind(house.store);
    let isFirst = true;
    house.store.commit = async (change) => {
      if (isFirst) {
        isFirst = false;
        await done(
          'attachPrincipalPolicy',
          `/principals/${member.id}/policies/attach`,
          { policy: 'operator' },
          operator,
        );
      }
      return commit(change);
    };
    try {
      expect(await post(`/principals/${member.id}/credentials`, { type: 'api-key' })).toEqual([403, 'access-denied']);
    } finally {
      house.store.commit = commit;
    }
  });

  it('are made by whoever may also attach what they are made with, and get credentials from whom those may be given', async () => {
    const { member, apiKey } = await house.member([]);
    const statement = (action: string, name: string) => ({
      Effect: 'Allow',
      Action: action,
      Resource: userArn(house.tenant.accountId, name),
    });
    const document = JSON.stringify({
      Statement: [statement('keystead:CreatePrincipal', 'team-*'), statement('keystead:CreateCredential', 'team-*')],
    });
    await done('putPrincipalInlinePolicy', `/principals/${member.id}/inline-policies/put`, { name: 'lead', document });
    const create = (name: string, policies: string[]) => house.send(apiKey, 'POST', '/principals', { name, policies });
    expect(refusal(await create('team-a', ['administrator']))).toEqual([403, 'access-denied']);
    expect(refusal(await create('other', []))).toEqual([403, 'access-denied']);
    const made = await create('team-b', []);
    expect(made.status).toBe(201);
    const issue = (principalId: unknown) =>
      post(`/principals/${String(principalId)}/credentials`, { type: 'access-key' }, apiKey);
    expect((await issue(made.body['principalId']))[0]).toBe(201);
    expect((await issue(member.id))[0]).toBe(403);
  });

  it.each(['suspend', 'delete'])('let nobody %s credentials but of those whose may be taken back', async (verb) => {
    const { member, apiKey } = await house.member([]);
    const action = verb === 'suspend' ? 'keystead:SuspendCredential' : 'keystead:DeleteCredential';
    const of = (resource: string) => ({ Effect: 'Allow', Action: action, Resource: resource });
    const document = JSON.stringify({ Statement: [of(userArn(house.tenant.accountId, `crew-${verb}`))] });
    await done('putPrincipalInlinePolicy', `/principals/${member.id}/inline-policies/put`, { name: 'lead', document });
    const issue = async (path: string): Promise<string> => {
      const { credential } = (
        await house.send(administrator, 'POST', path, path.includes('root') ? undefined : { type: 'access-key' })
      ).body;
      return (credential as { credentialId: string }).credentialId;
    };
    const made = await house.send(administrator, 'POST', '/principals', { name: `crew-${verb}`, policies: [] });
    const own = await issue(`/principals/${String(made.body['principalId'])}/credentials`);
    const take = (id: string) => house.send(apiKey, 'POST', `/credentials/${id}/${verb}`);
    expect((await take(own)).status).toBe(200);
    for (const other of [
      await issue('/root/credentials'),
      await issue(`/principals/${member.id}/credentials`),
      'KSIANOBODYHASTHIS0',
    ])
      expect(refusal(await take(other))).toEqual([403, 'access-denied']);
  });

  it('are refused by their own name however a request spells it', async () => {
    await done('createPolicy', '/policies', { name: 'Guard', document: allow('kms:Encrypt') });
    await done('createRole', '/roles', { name: 'Keeper', trustPolicy: trust(house.tenant.accountId) });
    const { member, apiKey } = await house.member(['administrator']);
    const denied = {
      Effect: 'Deny',
      Action: '*',
      Resource: ['Guard', 'Keeper'].map((name) => `arn:aws:iam::*:*/${name}`),
    };
    const document = JSON.stringify({ Version: '2012-10-17', Statement: denied });
    await done('putPrincipalInlinePolicy', `/principals/${member.id}/inline-policies/put`, { name: 'not', document });
    for (const policy of ['Guard', 'guard', 'GUARD']) {
      const update = { document: allow('kms:*') };
      expect(await post(`/policies/${policy}/update`, update, apiKey)).toEqual([403, 'access-denied']);
      expect(await post(`/policies/${policy}/delete`, undefined, apiKey)).toEqual([403, 'access-denied']);
      expect(refusal(await house.send(apiKey, 'GET', `/policies/${policy}`))).toEqual([403, 'access-denied']);
    }
    for (const role of ['Keeper', 'keeper'])
      expect(await post(`/roles/${role}/delete`, undefined, apiKey)).toEqual([403, 'access-denied']);
  });

  it('issue access keys of the account, and forget credentials', async () => {
    const issued = await done('createRootCredential', '/root/credentials');
    const { credentialId } = issued['credential'] as { credentialId: string };
    expect(issued['credential']).toMatchObject({ holder: 'root', type: 'access-key' });
    const proof = await house.services.directory.byAccessKey(credentialId);
    expect(proof?.principal.arn).toBe(`arn:aws:iam::${house.tenant.accountId}:root`);
    await done('deleteCredential', `/credentials/${credentialId}/delete`);
    expect(await house.services.directory.byAccessKey(credentialId)).toBeUndefined();
    expect(await post(`/credentials/${credentialId}/delete`)).toEqual([404, 'credential-not-found']);
  });

  it.each<[path: string, body: object, said: string]>([
    ['/services', { name: 'backup' }, 'such as backup.example.com'],
    ['/authorizations', { service: 'backup', roles: ['Reader'] }, 'such as backup.example.com'],
    ['/services/backup.example.com/credentials', { type: 'api-key', expiresAt: 'tomorrow' }, '2030-01-31T12:00:00Z'],
  ])('are told in words what has not the form that it takes: %s %j', async (path, body, said) => {
    const answer = await house.send(operator, 'POST', path, body);
    expect(answer.body['error']).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(said) });
  });

  it('register services that act for tenants, which operators alone may', async () => {
    const body = { name: 'backup.example.com' };
    expect(await post('/services', body)).toEqual([403, 'access-denied']);
    await done('createService', '/services', body, operator);
    expect(await post('/services', body, operator)).toEqual([409, 'service-exists']);
    const path = '/services/backup.example.com';
    expect(await post(`${path}/credentials`)).toEqual([403, 'access-denied']);
    const { credential } = await done('createServiceCredential', `${path}/credentials`, undefined, operator);
    const { credentialId } = credential as { credentialId: string };
    expect(credential).toMatchObject({ holder: 'service' });
    const isProven = async () => (await house.services.directory.byAccessKey(credentialId)) !== undefined;
    expect(await isProven()).toBe(true);
    for (const verb of ['suspend', 'delete'])
      expect(await post(`/credentials/${credentialId}/${verb}`)).toEqual([403, 'access-denied']);
    expect(await done('suspendService', `${path}/suspend`, undefined, operator)).toMatchObject({ state: 'suspended' });
    expect(await isProven()).toBe(false);
    await done('resumeService', `${path}/resume`, undefined, operator);
    expect(await isProven()).toBe(true);
    expect((await done('listServices', '/services', undefined, operator))['items']).toHaveLength(1);
    await done('deleteCredential', `/credentials/${credentialId}/delete`, undefined, operator);
    expect(await isProven()).toBe(false);
    expect(await post('/services/nobody.example.com/suspend', undefined, operator)).toEqual([404, 'service-not-found']);
  });

  it('are as many as the quotas say, to the last one, also where several ask at once', async () => {
    const before = { ...house.quotas };
    const count = (kind: 'principal' | 'role' | 'access-policy' | 'service') =>
      house.store.count(house.tenant.tenantId, kind, '');
    Object.assign(house.quotas, {
      usersPerTenant: count('principal') + 1,
      rolesPerTenant: count('role') + 1,
      policiesPerTenant: count('access-policy') + 1,
      servicesPerTenant: count('service') + 1,
      credentialsPerHolder: 2,
    });
    const { member } = await house.member([]);
    house.quotas.usersPerTenant++;
    const credentials = `/principals/${member.id}/credentials`;
    try {
      for (const [path, more, quota] of [
        ['/principals', (name: string) => ({ name, policies: [] }), 'usersPerTenant'],
        ['/roles', (name: string) => ({ name, trustPolicy: trust(house.tenant.accountId) }), 'rolesPerTenant'],
        ['/policies', (name: string) => ({ name, document: allow('kms:Encrypt') }), 'policiesPerTenant'],
        ['/services', (name: string) => ({ name: `${name}.example.com` }), 'servicesPerTenant'],
      ] as const) {
        const both = ['last-a', 'last-b'].map((name) => house.send(operator, 'POST', path, more(name)));
        const [made, refused] = (await Promise.all(both)).toSorted((a, b) => a.status - b.status);
        expect([made?.status, refused && refusal(refused)]).toEqual([201, [409, 'quota-reached']]);
        expect(JSON.stringify(refused?.body)).toContain(quota);
      }
      const issue = (type: string) =>
        house.send(administrator, 'POST', credentials, { type, ...(type === 'session' && { lifetimeSeconds: 900 }) });
      const three = await Promise.all([issue('access-key'), issue('api-key'), issue('api-key')]);
      const made = three.filter(({ status }) => status === 201);
      expect(made).toHaveLength(2);
      expect(three.filter(({ status }) => status === 409).map(refusal)).toEqual([[409, 'quota-reached']]);
      expect((await issue('session')).status).toBe(201);
      const { credentialId } = (made[0] as Answer).body['credential'] as { credentialId: string };
      await done('suspendCredential', `/credentials/${credentialId}/suspend`);
      expect(refusal(await issue('access-key'))).toEqual([409, 'quota-reached']);
      await done('deleteCredential', `/credentials/${credentialId}/delete`);
      expect((await issue('access-key')).status).toBe(201);
    } finally {
      Object.assign(house.quotas, before);
    }
  });

  it('keep tenants apart', async () => {
    const { apiKey } = await house.member(['administrator'], house.stranger);
    await done('createPolicy', '/policies', { name: 'ours', document: allow('kms:*') });
    await done('createRole', '/roles', { name: 'ours', trustPolicy: trust(house.tenant.accountId) });
    expect(refusal(await house.send(apiKey, 'GET', '/policies/ours'))).toEqual([404, 'access-policy-not-found']);
    expect(refusal(await house.send(apiKey, 'GET', '/roles/ours'))).toEqual([404, 'role-not-found']);
    const { member } = await house.member([]);
    expect(await post(`/principals/${member.id}/suspend`, undefined, apiKey)).toEqual([404, 'principal-not-found']);
    expect(await post('/principals', { name: 'thief', policies: ['ours'] }, apiKey)).toEqual([
      404,
      'access-policy-not-found',
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { adminHouse, examplePath, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { OPEN_ROUTES } from './open-routes.ts';
import { FINDING } from './finding.ts';
import { ADMIN_ROUTES } from './routes.ts';

/** Those that take a permission; the others are of oneself, for a person in a console session. */
const PERMITTED = ADMIN_ROUTES.filter(({ access }) => access === undefined);
const OWN = ADMIN_ROUTES.filter(({ access }) => access === 'session');

/** Every route against everybody who must not get through. The table is the list of routes: none can be forgotten. */
describe('what is answered on a full disk', () => {
  it('are endpoints that there are, and that only look', () => {
    const routes = [...FINDING].map((id) => [id, ADMIN_ROUTES.find((route) => route.id === id)?.method]);
    // What one may is asked by a body.
    expect(routes.filter(([id, method]) => method !== 'GET' && id !== 'checkAccess')).toEqual([]);
    expect(routes).toContainEqual(['checkAccess', 'POST']);
  });
});

describe('every route of the admin API', () => {
  let house: AdminHouse;
  let powerless: string;
  let operator: string;
  let administrator: string;

  beforeAll(async () => {
    house = await adminHouse();
    powerless = (await house.member([])).apiKey;
    operator = (await house.member(['operator'])).apiKey;
    administrator = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  it.each(ADMIN_ROUTES.map((route) => [route.id, route] as const))('%s refuses a stranger', async (_, route) => {
    for (const apiKey of [undefined, `ks_${'A'.repeat(43)}`, 'nonsense']) {
      const { status, body, headers } = await house.send(apiKey, route.method, examplePath(route), route.example.body);
      expect([status, (body['error'] as { code: string }).code]).toEqual([401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it.each(PERMITTED.map((route) => [route.id, route] as const))(
    '%s refuses a principal without the permission, and records it',
    async (_, route) => {
      const before = house.store.entries().length;
      const { status, body } = await house.send(powerless, route.method, examplePath(route), route.example.body);
      expect(status).toBe(403);
      expect(body['error']).toMatchObject({ code: 'access-denied', message: expect.stringContaining(route.action) });
      const entries = house.store
        .entries()
        .slice(before)
        .map(({ leaf }) => JSON.parse(String(leaf)) as object);
      expect(entries[0]).toMatchObject({ action: route.action, outcome: 'refused' });
      // One for each permission that the request takes.
      for (const entry of entries) expect(entry).toMatchObject({ outcome: 'refused', reason: 'access-denied' });
    },
  );

  it.each(ADMIN_ROUTES.filter(({ action }) => action.startsWith('installation:')).map((route) => [route.id, route]))(
    '%s refuses an administrator of a tenant',
    async (_, route) => {
      const answer = await house.send(administrator, route.method, examplePath(route), route.example.body);
      expect(answer.status).toBe(403);
    },
  );

  it.each(PERMITTED.filter(({ action }) => !/^installation:|:WhoAmI$/.test(action)).map((route) => [route.id, route]))(
    '%s refuses an operator who has no role in the tenant',
    async (_, route) => {
      const answer = await house.send(operator, route.method, examplePath(route), route.example.body);
      expect(answer.status).toBe(403);
    },
  );

  it.each(OWN.map((route) => [route.id, route] as const))(
    '%s refuses a program, whatever it may do, and records it',
    async (_, route) => {
      const before = house.store.entries().length;
      const { status, body } = await house.send(administrator, route.method, examplePath(route), route.example.body);
      expect([status, body['error']]).toEqual([403, expect.objectContaining({ code: 'session-needed' })]);
      const [entry] = house.store.entries().slice(before);
      expect(JSON.parse(String(entry?.leaf))).toMatchObject({ action: route.action, reason: 'session-needed' });
    },
  );

  it('lets a stranger through to what signs people in, and to nothing else', () => {
    expect(OPEN_ROUTES.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /sign-in/options',
      'POST /sign-in/passkey/start',
      'POST /sign-in/passkey/finish',
      'POST /sign-in/password',
      'POST /enrolment/look',
      'POST /enrolment/passkey/start',
      'POST /enrolment/passkey/finish',
      'POST /enrolment/password/start',
      'POST /enrolment/password/finish',
    ]);
    const paths = new Set(ADMIN_ROUTES.map(({ method, path }) => `${method} ${path}`));
    expect(OPEN_ROUTES.filter(({ method, path }) => paths.has(`${method} ${path}`))).toEqual([]);
  });

  it('lets the policy of a key shut out even an administrator', async () => {
    const key = createKey(
      house.region,
      {
        spec: keySpec('aes-256') as KeySpecRow,
        usage: 'encrypt-decrypt',
        origin: 'generated',
        description: '',
        tags: [],
        instancePolicies: NO_INSTANCE_POLICIES,
        accessPolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { AWS: house.tenant.accountId }, Action: 'kms:*', Resource: '*' },
            {
              Effect: 'Deny',
              Principal: '*',
              Action: [
                'kms:DescribeKey',
                'kms:A*',
                'kms:D*',
                'kms:E*',
                'kms:R*',
                'kms:S*',
                'kms:C*',
                'kms:L*',
                'kms:P*',
                'kms:G*',
                'kms:T*',
                'kms:U*',
                'kms:I*',
                'kms:M*',
              ],
              Resource: '*',
            },
          ],
        }),
      },
      house.services.clock(),
      house.services.random,
    );
    await house.commit(...key.writes);
    const onOneKey = ADMIN_ROUTES.filter(({ path }) => path.includes('{keyId}'));
    expect(onOneKey.length).toBeGreaterThan(3);
    for (const route of onOneKey) {
      const path = examplePath(route, { region: REGION_NAME, keyId: key.value.id });
      const { status } = await house.send(administrator, route.method, path, route.example.body);
      expect([route.id, status]).toEqual([route.id, 403]);
    }
  });

  it('has ids, paths and actions of one form, each id and each path once', () => {
    expect(new Set(ADMIN_ROUTES.map(({ id }) => id)).size).toBe(ADMIN_ROUTES.length);
    expect(new Set(ADMIN_ROUTES.map(({ method, path }) => `${method} ${path}`)).size).toBe(ADMIN_ROUTES.length);
    for (const { id, action } of ADMIN_ROUTES) {
      expect(id).toMatch(/^[a-z][A-Za-z]+$/);
      expect(action).toMatch(/^(?:kms|keystead|installation):[A-Z][A-Za-z]+$/);
    }
  });
});

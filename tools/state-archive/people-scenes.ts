import { get as request, type IncomingMessage } from 'node:http';
import { Secret, TOTP } from 'otpauth';
import { realProvider } from '../../src/clients/oidc/real-provider.fixture.ts';
import { Authenticator } from '../../src/protocols/admin/sign-in/authenticator.fixture.ts';
import type { HttpExpectation } from './expectation.ts';
import { STRANGER, type HttpAnswer } from './http-actors.ts';
import { done, get, type HttpScene, type HttpStage } from './http-scenes.ts';
import { make, REGIONS, sealed } from './scenes.ts';
import { ownCallbackUrl } from '../../src/protocols/admin/sign-in/callback-url.ts';

const PASSWORD = 'correct horse battery staple';
const [REGION] = REGIONS;
const WHO_AM_I = '/admin/v1/whoami';

async function inBrowser({ http }: HttpStage, path: string, body?: object, as = STRANGER): Promise<HttpAnswer> {
  const answer = await http.ask({ as, method: 'POST', path: `/admin/v1${path}`, ...(body && { body }) });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

async function invited(stage: HttpStage, name: string, policies: readonly string[]) {
  const made = await done(stage, 'POST', '/admin/v1/principals/invite', { name, policies });
  return { principalId: made.principal.principalId as string, token: made.enrolment.token as string };
}

const refusedTo = (as: string, path = WHO_AM_I): HttpExpectation => ({ as, method: 'GET', path, status: 401 });
const byPasskey = (as: string, status: number): HttpExpectation => ({
  as,
  method: 'POST',
  path: '/admin/v1/sign-in/passkey/finish',
  proof: 'passkey',
  status,
});

async function withPasskey(stage: HttpStage, name: string, policies: readonly string[]) {
  const { principalId, token } = await invited(stage, name, policies);
  const authenticator = new Authenticator(stage.http.origin);
  const started = await inBrowser(stage, '/enrolment/passkey/start', { token });
  const credential = authenticator.create(started.body.options);
  const { cookie = '' } = await inBrowser(stage, '/enrolment/passkey/finish', { token, credential, name: 'Laptop' });
  stage.http.add(name, { cookie, passkey: authenticator.keep() });
  return principalId;
}

/** What people, and the credentials that are bounded, came with: in the order in which they are played. */
export const PEOPLE_SCENES: readonly HttpScene[] = [
  {
    // Somebody with a password, an app and recovery codes; a session that goes on and one that was ended.
    since: 4,
    async play(stage) {
      const name = 'alice@example.com';
      const { principalId, token } = await invited(stage, name, ['key-administrator', 'auditor']);
      const { accountId } = await done(stage, 'GET', WHO_AM_I);
      const started = await inBrowser(stage, '/enrolment/password/start', { token });
      const { setup, secret: totp } = started.body;
      const code = new TOTP({ secret: Secret.fromBase32(totp) }).generate();
      const given = { token, password: PASSWORD, setup, code };
      const enrolled = await inBrowser(stage, '/enrolment/password/finish', given);
      const [first = '', second = ''] = enrolled.body.recoveryCodes as string[];
      stage.http.add('alice', { cookie: enrolled.cookie ?? '', totp });
      const account = { account: accountId, name, password: PASSWORD };
      const another = await inBrowser(stage, '/sign-in/password', { ...account, code: first });
      stage.http.add('alice elsewhere', { cookie: another.cookie ?? '' });
      await inBrowser(stage, '/me/session/end', undefined, 'alice elsewhere');
      const path = '/admin/v1/sign-in/password';
      const wrong = { as: STRANGER, method: 'POST', path, body: { ...account, code: '000000' }, status: 401 };
      await stage.http.ask(wrong);
      const signIn = (more: object): HttpExpectation => ({ as: 'alice', method: 'POST', path, status: 200, ...more });
      return {
        requests: [
          get(WHO_AM_I, { name, session: { method: 'enrolment' } }, 'alice'),
          get('/admin/v1/me/sign-in', { recoveryCodesLeft: 9, passkeys: [] }, 'alice'),
          { as: 'alice', method: 'POST', path: '/admin/v1/tenants', body: { name: 'x', region: REGION }, status: 403 },
          refusedTo('alice elsewhere'),
          get(`/admin/v1/principals/${principalId}/sign-in`, { wrongAttempts: 1, recoveryCodesLeft: 9 }),
          get(`/admin/v1/audit/entries?outcome=refused&action=keystead:SignIn&principal=${name}`, {
            items: [{ reason: 'wrong-code' }],
          }),
          signIn({ body: { ...account, code: first }, status: 401 }),
          signIn({ body: { ...account, code: second } }),
          signIn({ body: account, proof: 'code', output: { name, session: { method: 'password' } } }),
          get(`/admin/v1/principals/${principalId}/sign-in`, { wrongAttempts: 0, recoveryCodesLeft: 8 }),
        ],
      };
    },
  },
  {
    // Passkeys: of somebody at work, of somebody who was suspended, and of somebody whose sign-in was taken away.
    since: 4,
    async play(stage) {
      await withPasskey(stage, 'bob', ['key-user']);
      const carol = await withPasskey(stage, 'carol', ['owner']);
      await done(stage, 'POST', `/admin/v1/principals/${carol}/suspend`);
      const dave = await withPasskey(stage, 'dave', ['owner']);
      await done(stage, 'POST', `/admin/v1/principals/${dave}/enrolment`, { reset: true });
      const erin = await withPasskey(stage, 'erin', ['owner']);
      await done(stage, 'POST', `/admin/v1/principals/${erin}/suspend`);
      await done(stage, 'POST', `/admin/v1/principals/${erin}/resume`);
      return {
        requests: [
          get(WHO_AM_I, { name: 'bob', session: { method: 'enrolment' } }, 'bob'),
          { ...byPasskey('bob', 200), output: { name: 'bob', session: { method: 'passkey' } } },
          ...['carol', 'dave'].flatMap((name) => [refusedTo(name), byPasskey(name, 401)]),
          refusedTo('erin'),
          byPasskey('erin', 200),
        ],
      };
    },
  },
  {
    // A link that nobody has used yet, one that was withdrawn, and what holds for sign-in of the tenant.
    since: 4,
    async play(stage) {
      const open = await invited(stage, 'frank', ['auditor']);
      const gone = await invited(stage, 'grace', ['auditor']);
      await done(stage, 'POST', `/admin/v1/principals/${gone.principalId}/enrolment/withdraw`);
      const settings = { passwordSignIn: true, sessionMinutes: 480, idleMinutes: 20 };
      await done(stage, 'POST', '/admin/v1/sign-in/settings', settings);
      const look = (token: string, status: number): HttpExpectation => ({
        as: STRANGER,
        method: 'POST',
        path: '/admin/v1/enrolment/look',
        body: { token },
        status,
      });
      return {
        requests: [
          { ...look(open.token, 200), output: { name: 'frank', kind: 'invitation' } },
          look(gone.token, 401),
          get('/admin/v1/sign-in/settings', settings),
          get(`/admin/v1/principals/${open.principalId}/sign-in`, { enrolment: { kind: 'invitation' } }),
        ],
      };
    },
  },
  {
    // Somebody who signs in by an identity provider, and somebody whose provider was switched off since.
    since: 4,
    async play(stage) {
      const company = await realProvider((issuer) => ownCallbackUrl(stage.url, issuer));
      try {
        const provider = (name: string) =>
          done(stage, 'POST', '/admin/v1/identity-providers', {
            name,
            issuer: company.issuer,
            clientId: company.clientId,
            clientSecret: company.clientSecret,
          });
        const requests: HttpExpectation[] = [];
        const { providerId: on } = await provider('Example Corp');
        const { providerId: off } = await provider('Former Corp');
        for (const [name, providerId] of [
          ['heidi@example.com', on],
          ['ivan@example.com', off],
        ] as const) {
          const { principalId } = await invited(stage, name, ['auditor']);
          const cookie = await throughProvider(stage.url, providerId, (url) =>
            company.signIn(url, { sub: `sub of ${name}`, email: name, email_verified: true }),
          );
          stage.http.add(name, { cookie });
          const linked = { links: [{ providerId, issuer: company.issuer, subject: `sub of ${name}` }] };
          requests.push(get(`/admin/v1/principals/${principalId}/sign-in`, linked));
        }
        await done(stage, 'POST', `/admin/v1/identity-providers/${off}/suspend`);
        const shown = { name: 'Example Corp', issuer: company.issuer, hasClientSecret: true, state: 'active' };
        requests.push(
          get(`/admin/v1/identity-providers/${on}`, shown),
          get(`/admin/v1/identity-providers/${off}`, { state: 'suspended' }),
          get(WHO_AM_I, { name: 'heidi@example.com', session: { method: 'oidc' } }, 'heidi@example.com'),
          refusedTo('ivan@example.com'),
        );
        return { requests };
      } finally {
        await company.close();
      }
    },
  },
  {
    // API keys with scopes, with an end, and past it; what was counted of a key's uses.
    since: 4,
    async play(stage) {
      const invitation = { name: 'deploy', policies: ['key-user'] };
      const { principalId } = await done(stage, 'POST', '/admin/v1/principals', invitation);
      const statement = { Effect: 'Allow', Action: ['kms:DescribeKey', 'kms:ListKeys'], Resource: '*' };
      const document = JSON.stringify({ Version: '2012-10-17', Statement: statement });
      await done(stage, 'POST', '/admin/v1/policies', { name: 'looks', document });
      const ended = await done(stage, 'POST', '/admin/v1/policies', { name: 'looks-no-more', document });
      const issue = async (name: string, more: object) => {
        const path = `/admin/v1/principals/${principalId}/credentials`;
        const { apiKey } = await done(stage, 'POST', path, { type: 'api-key', ...more });
        stage.http.add(name, { apiKey });
      };
      const KeyId = await make(stage.kms, { Description: 'counted' });
      await issue('bounded', { scopes: ['looks'], description: 'looks at keys' });
      await issue('for years', { expiresAt: new Date(Date.now() + 400 * 86_400_000).toISOString() });
      await issue('unbounded by a scope that is gone', { scopes: ['looks-no-more'], description: 'of no policy' });
      await done(stage, 'POST', `/admin/v1/policies/${ended.name}/delete`);
      const opened = [await sealed(stage.kms, KeyId), await sealed(stage.kms, KeyId)];
      const key = `/admin/v1/regions/${REGION}/keys/${KeyId}`;
      for (const as of ['bounded', 'for years']) await done(stage, 'GET', key, undefined, as);
      // By the time that it is asked what was encrypted has been decrypted: what is counted goes on.
      const kinds = ['kms:Decrypt', 'kms:Encrypt'].map((action) => ({ action, count: opened.length }));
      const hour = (ms: number) => new Date(ms).toISOString();
      const span = `from=${hour(Date.now() - 86_400_000)}&to=${hour(Date.now() + 86_400_000)}&step=day`;
      const used = { lastUsedFrom: '127.0.0.1', state: 'active' };
      const credentials = `/admin/v1/credentials?principal=${principalId}`;
      return {
        requests: [
          get(`${key}/uses?${span}`, { count: 2 * opened.length, kinds }),
          get(key, { keyId: KeyId }, 'bounded'),
          get(`${credentials}&state=inactive`, { items: [{ description: 'of no policy' }] }),
          get(`${credentials}&expiringBefore=${hour(Date.now() + 401 * 86_400_000)}`, { items: [used] }),
          { as: 'bounded', method: 'POST', path: `${key}/disable`, status: 403 },
          get(key, { keyId: KeyId }, 'for years'),
          refusedTo('unbounded by a scope that is gone'),
        ],
        expectations: opened,
      };
    },
  },
];

/** The way of a browser to a provider and back: the cookie of the session. */
async function throughProvider(
  origin: string,
  providerId: string,
  signIn: (url: string) => Promise<string>,
): Promise<string> {
  const away = await navigate(`${origin}/admin/v1/sign-in/oidc/start?provider=${providerId}`);
  const back = await signIn(away.headers.location ?? '');
  const returned = await navigate(back, pairs(away).join('; '));
  const session = pairs(returned).find((pair) => /^keystead=./.test(pair));
  if (session === undefined) throw new Error(`nobody came in: ${returned.headers.location}`);
  return session;
}

/** As a browser goes to a page: `fetch` would say that a script asks. */
function navigate(url: string, cookie = ''): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    request(url, { headers, agent: false }, (response) => resolve(response.resume())).on('error', reject);
  });
}

const pairs = ({ headers }: IncomingMessage) =>
  (headers['set-cookie'] ?? []).map((text) => text.slice(0, text.indexOf(';')));

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_PREFIX } from '../api.ts';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { byPasskey, codeAt, optionsOf, PASSWORD, TestBrowser, withPasskey, withPassword } from './person.fixture.ts';
import { Authenticator } from './authenticator.fixture.ts';

let house: AdminHouse;
let administrator: string;

beforeAll(async () => {
  house = await adminHouse();
  administrator = (await house.member(['administrator', 'operator'])).apiKey;
});
afterAll(() => house.close());

const now = () => house.services.clock();
const later = (ms: number) => house.setClock(now() + ms);
const admin = (method: string, path: string, body?: unknown) => house.send(administrator, method, path, body);
const MINUTE = 60_000;

const status = async (browser: TestBrowser) => (await browser.send('GET', '/me/sign-in')).status;
const code = (answer: { body: Record<string, unknown> }) => (answer.body['error'] as { code: string }).code;

describe('a console session', () => {
  it('dies with its user at once, and stays dead when the user is back', async () => {
    const { member, browser, authenticator } = await withPasskey(house);
    expect(await status(browser)).toBe(200);
    await admin('POST', `/principals/${member.id}/suspend`);
    const refused = await browser.send('GET', '/me/sign-in');
    expect([refused.status, code(refused)]).toEqual([401, 'unauthenticated']);
    expect((await byPasskey(new TestBrowser(house), authenticator)).status).toBe(401);
    await admin('POST', `/principals/${member.id}/resume`);
    expect(await status(browser)).toBe(401);
    const again = new TestBrowser(house);
    expect((await byPasskey(again, authenticator)).status).toBe(200);
    await admin('POST', `/principals/${member.id}/delete`);
    expect(await status(again)).toBe(401);
  });

  it('ends one by one, all at once, and with a reset of the sign-in', async () => {
    const { member, browser, authenticator } = await withPasskey(house);
    const second = new TestBrowser(house);
    const signedIn = await byPasskey(second, authenticator);
    const { sessionId } = signedIn.body['session'] as { sessionId: string };
    const listed = (await browser.send('GET', '/me/sessions')).body['items'] as object[];
    expect(listed).toHaveLength(2);
    expect(listed).toContainEqual(expect.objectContaining({ sessionId, isCurrent: false }));
    expect((await browser.post(`/me/sessions/${sessionId}/end`)).status).toBe(200);
    expect([await status(second), await status(browser)]).toEqual([401, 200]);

    await byPasskey(second, authenticator);
    await admin('POST', `/principals/${member.id}/sessions/end`);
    expect([await status(second), await status(browser)]).toEqual([401, 401]);

    await byPasskey(second, authenticator);
    const reset = await admin('POST', `/principals/${member.id}/enrolment`, { reset: true });
    expect(reset.body).toMatchObject({ kind: 'reset' });
    expect(await status(second)).toBe(401);
    expect((await byPasskey(second, authenticator)).status).toBe(401);
    // By the link there is a way in again, and only by it: also for the same authenticator.
    const token = reset.body['token'] as string;
    const started = await second.post('/enrolment/passkey/start', { token });
    const credential = authenticator.create(optionsOf(started));
    expect((await second.post('/enrolment/passkey/finish', { token, credential })).status).toBe(200);
    expect((await byPasskey(second, authenticator)).status).toBe(200);
  });

  it('is over when one signs out, and the browser forgets it', async () => {
    const { browser } = await withPasskey(house);
    const { cookie } = browser;
    expect((await browser.post('/me/session/end')).status).toBe(200);
    expect(browser.cookie).toBeUndefined();
    browser.cookie = cookie;
    expect(await status(browser)).toBe(401);
  });

  it('ends when it is idle, is renewed until its last end, and no further', async () => {
    const { browser } = await withPasskey(house);
    const began = now();
    later(30 * MINUTE - 1);
    expect((await browser.post('/me/session/renew')).body).toMatchObject({
      idleEndsAt: new Date(now() + 30 * MINUTE).toISOString(),
      endsAt: new Date(began + 720 * MINUTE).toISOString(),
    });
    for (let at = now() + 29 * MINUTE; at < began + 720 * MINUTE; at += 29 * MINUTE) {
      house.setClock(at);
      expect((await browser.post('/me/session/renew')).status).toBe(200);
    }
    house.setClock(began + 720 * MINUTE - 1);
    expect(await status(browser)).toBe(200);
    later(1);
    expect(await status(browser)).toBe(401);

    const { browser: idle } = await withPasskey(house);
    later(30 * MINUTE);
    expect(await status(idle)).toBe(401);
  });

  it('is not revived by a clock that steps back', async () => {
    const { browser } = await withPasskey(house);
    later(10 * MINUTE);
    await browser.post('/me/session/renew');
    later(30 * MINUTE);
    expect(await status(browser)).toBe(401);
    later(-45 * MINUTE);
    expect(await status(browser)).toBe(401);
    later(45 * MINUTE);
  });

  it('lasts as long as the tenant says', async () => {
    const settings = { passwordSignIn: true, sessionMinutes: 15, idleMinutes: 5 };
    expect((await admin('POST', '/sign-in/settings', settings)).body).toEqual(settings);
    expect((await admin('POST', '/sign-in/settings', { ...settings, sessionMinutes: 721 })).status).toBe(400);
    const { browser, signedIn } = await withPasskey(house);
    expect(signedIn.body).toMatchObject({ session: { endsAt: new Date(now() + 15 * MINUTE).toISOString() } });
    later(5 * MINUTE);
    expect(await status(browser)).toBe(401);
    await admin('POST', '/sign-in/settings', { ...settings, sessionMinutes: 720, idleMinutes: 30 });
  });

  it('is listed for those who may, and is nobody else’s to end', async () => {
    const { member, browser } = await withPasskey(house);
    const { body } = await admin('GET', `/sessions?principalId=${member.id}`);
    const [session] = body['items'] as { sessionId: string }[];
    expect(session).toMatchObject({ principalId: member.id, method: 'enrolment', isCurrent: false });
    const id = session?.sessionId ?? '';
    const foreign = await withPasskey(house, ['administrator'], house.stranger);
    expect(code(await foreign.browser.post(`/sessions/${id}/end`))).toBe('session-not-found');
    expect(code(await foreign.browser.post(`/me/sessions/${id}/end`))).toBe('session-not-found');
    expect((await foreign.browser.send('GET', '/sessions')).body['items']).toHaveLength(1);
    expect(code(await foreign.browser.post(`/principals/${member.id}/enrolment`, {}))).toBe('principal-not-found');
    expect(code(await foreign.browser.send('GET', `/principals/${member.id}/sign-in`))).toBe('principal-not-found');
    // Among the credentials of programs it is none.
    expect((await admin('POST', `/credentials/${id}/suspend`)).status).toBe(404);
    expect(JSON.stringify((await admin('GET', '/credentials')).body)).not.toContain(id);
    expect(await status(browser)).toBe(200);
    await admin('POST', `/sessions/${id}/end`);
    expect(await status(browser)).toBe(401);
  });

  it('makes no link, and ends no session, of an operator for somebody who is none', async () => {
    const operator = await withPasskey(house, ['operator']);
    const { browser } = await withPasskey(house, ['administrator']);
    const { id } = operator.member;
    for (const path of [`/principals/${id}/enrolment`, `/principals/${id}/sessions/end`])
      expect(code(await browser.post(path, path.endsWith('enrolment') ? {} : undefined))).toBe('access-denied');
    expect(await status(operator.browser)).toBe(200);
  });
});

describe('a cookie', () => {
  it.each([
    ['a forged Origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://localhost:1' }],
    ['a null Origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbouring host', { 'sec-fetch-site': 'same-site' }],
  ])('counts for nothing from %s, and that is on record', async (_, headers) => {
    const { browser, member } = await withPasskey(house, ['administrator']);
    const before = house.store.entries().length;
    const answer = await browser.post('/principals', { name: 'forged', policies: [] }, headers);
    expect([answer.status, code(answer)]).toEqual([403, 'origin-refused']);
    const [entry] = house.store.entries().slice(before);
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({
      outcome: 'refused',
      reason: 'origin-refused',
      principal: expect.stringContaining(member.name) as string,
    });
    expect((await browser.send('GET', '/principals', undefined, headers)).status).toBe(403);
    expect(code(await browser.post('/sign-in/passkey/start', undefined, headers))).toBe('origin-refused');
  });

  /** A request as no browser sends it. */
  const raw = (method: string, path: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(house.url);
      const sent = request({ host: '127.0.0.1', port, method, path: ADMIN_PREFIX + path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });

  it('takes an Origin to change anything, and its plain name is for this machine alone', async () => {
    const { browser } = await withPasskey(house);
    const cookie = browser.cookie as string;
    const { host } = new URL(browser.origin);
    expect(await raw('GET', '/me/sign-in', { host, cookie })).toBe(200);
    expect(await raw('POST', '/me/session/renew', { host, cookie })).toBe(403);
    expect(await raw('POST', '/me/session/renew', { host, cookie, origin: browser.origin })).toBe(200);
    expect(await raw('GET', '/me/sign-in', { host: 'keys.example.com', cookie })).toBe(401);
    const header = { host, cookie: `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}` };
    expect(await raw('GET', '/me/sign-in', header)).toBe(401);
    // An API key in the header is what is asked, whatever the cookie.
    expect(await raw('GET', '/me/sign-in', { host, cookie, authorization: 'Bearer ks_nonsense' })).toBe(401);
  });
});

describe('one’s own sign-in', () => {
  it('is changed within ten minutes of a proof, and after another one on the same session', async () => {
    const { browser, authenticator } = await withPasskey(house);
    later(10 * MINUTE + 1);
    const refused = await browser.post('/me/passkeys/start');
    expect([refused.status, code(refused)]).toEqual([403, 'sign-in-again']);
    const started = await browser.post('/me/reauthenticate/passkey/start');
    const wrong = new Authenticator(browser.origin).get(optionsOf(started));
    expect(code(await browser.post('/me/reauthenticate/passkey/finish', { credential: wrong }))).toBe(
      'reauthentication-refused',
    );
    const credential = authenticator.get(optionsOf(started));
    expect((await browser.post('/me/reauthenticate/passkey/finish', { credential })).body).toMatchObject({
      authenticatedAt: new Date(now()).toISOString(),
    });
    expect((await browser.post('/me/reauthenticate/passkey/finish', { credential })).status).toBe(403);
    expect((await browser.post('/me/passkeys/start')).status).toBe(200);
  });

  it('has passkeys added, renamed and deleted; what was added once is added no second time; the last one stays', async () => {
    const { browser, authenticator } = await withPasskey(house);
    const spare = new Authenticator(browser.origin);
    const started = await browser.post('/me/passkeys/start');
    const credential = spare.create(optionsOf(started));
    const added = await browser.post('/me/passkeys/finish', { credential, name: 'Key ring' });
    const passkeys = added.body['passkeys'] as { passkeyId: string; name: string }[];
    expect(passkeys.map(({ name }) => name)).toEqual(['Laptop', 'Key ring']);
    const [laptop, ring] = passkeys.map(({ passkeyId }) => passkeyId);
    await browser.post(`/me/passkeys/${ring}/rename`, { name: 'Safe' });
    expect((await byPasskey(new TestBrowser(house), spare)).status).toBe(200);
    const left = await browser.post(`/me/passkeys/${ring}/delete`);
    expect(left.body['passkeys']).toMatchObject([{ name: 'Laptop' }]);
    expect((await byPasskey(new TestBrowser(house), spare)).status).toBe(401);
    // One that is somebody's is nobody else's, nor its owner's twice.
    const other = await withPasskey(house);
    for (const one of [other.browser, browser]) {
      const asked = await one.post('/me/passkeys/start');
      const taken = authenticator.create(optionsOf(asked));
      expect(code(await one.post('/me/passkeys/finish', { credential: taken }))).toBe('passkey-refused');
    }
    // The same answer would bring the deleted one back.
    expect(code(await browser.post('/me/passkeys/finish', { credential }))).toBe('passkey-refused');
    expect(code(await browser.post(`/me/passkeys/${laptop}/delete`))).toBe('last-way-in');
    expect(code(await browser.post(`/me/passkeys/${ring}/delete`))).toBe('passkey-not-found');
    expect((await byPasskey(new TestBrowser(house), authenticator)).status).toBe(200);
  });

  it('ends the other sessions with what may have been stolen, and this one goes on', async () => {
    const { browser, authenticator } = await withPasskey(house);
    const [thief, other] = [new TestBrowser(house), new TestBrowser(house)];
    const stranger = await withPasskey(house);
    const status = async (one: TestBrowser) => (await one.send('GET', '/me/sign-in')).status;
    const both = async () => {
      for (const one of [thief, other]) await byPasskey(one, authenticator);
    };
    await both();
    const { body: setup } = await browser.post('/me/password/start');
    const first = { password: PASSWORD, setup: setup['setup'], code: codeAt(setup['secret'] as string, now()) };
    // A first password was nobody's before.
    expect((await browser.post('/me/password/finish', first)).body).not.toHaveProperty('endedSessions');
    expect([await status(thief), await status(other)]).toEqual([200, 200]);
    const changed = await browser.post('/me/password/finish', { password: `${PASSWORD} 2` });
    expect(changed.body['endedSessions']).toBe(2);
    expect([await status(thief), await status(other), await status(browser)]).toEqual([401, 401, 200]);
    await both();
    expect((await browser.post('/me/password/delete')).body['endedSessions']).toBe(2);
    await byPasskey(thief, authenticator);
    const started = await browser.post('/me/passkeys/start');
    const spare = new Authenticator(browser.origin).create(optionsOf(started));
    const added = await browser.post('/me/passkeys/finish', { credential: spare });
    expect(added.body).not.toHaveProperty('endedSessions');
    expect(await status(thief)).toBe(200);
    const [{ passkeyId }] = added.body['passkeys'] as [{ passkeyId: string }];
    expect((await browser.post(`/me/passkeys/${passkeyId}/delete`)).body['endedSessions']).toBe(1);
    expect([await status(thief), await status(browser), await status(stranger.browser)]).toEqual([401, 200, 200]);
    expect((await browser.post('/me/session/renew')).status).toBe(200);
  });

  it('keeps a way in that leads in: a password that the tenant does not take is none', async () => {
    const settings = { passwordSignIn: false, sessionMinutes: 720, idleMinutes: 30 };
    const { browser } = await withPassword(house, ['administrator']);
    // Nor does somebody who has nothing else have the tenant take none.
    expect(code(await browser.post('/sign-in/settings', settings))).toBe('last-way-in');
    const asked = await browser.post('/me/passkeys/start');
    const credential = new Authenticator(browser.origin).create(optionsOf(asked));
    const added = await browser.post('/me/passkeys/finish', { credential });
    expect((await browser.post('/sign-in/settings', settings)).status).toBe(200);
    const [{ passkeyId }] = added.body['passkeys'] as [{ passkeyId: string }];
    expect(code(await browser.post(`/me/passkeys/${passkeyId}/delete`))).toBe('last-way-in');
    expect((await browser.post('/sign-in/settings', { ...settings, passwordSignIn: true })).status).toBe(200);
    expect((await browser.post(`/me/passkeys/${passkeyId}/delete`)).status).toBe(200);
  });

  it('has a password set, changed and taken away, with new codes each time they are asked for', async () => {
    const { browser, member } = await withPasskey(house);
    expect(code(await browser.post('/me/password/finish', { password: PASSWORD }))).toBe('setup-needed');
    expect(code(await browser.post('/me/recovery-codes'))).toBe('password-not-set');
    const { body: setup } = await browser.post('/me/password/start');
    const secret = setup['secret'] as string;
    const first = await browser.post('/me/password/finish', {
      password: PASSWORD,
      setup: setup['setup'],
      code: codeAt(secret, now()),
    });
    expect(first.body).toMatchObject({ recoveryCodesLeft: 10, recoveryCodes: expect.any(Array) as string[] });
    const changed = await browser.post('/me/password/finish', { password: `${PASSWORD} 2` });
    expect(changed.body).not.toHaveProperty('recoveryCodes');
    const fresh = await browser.post('/me/recovery-codes');
    const tryWith = async (password: string, given: unknown) =>
      (
        await new TestBrowser(house).post('/sign-in/password', {
          account: house.tenant.accountId,
          name: member.name,
          password,
          code: given,
        })
      ).status;
    const [old, recovery] = [first.body['recoveryCodes'], fresh.body['recoveryCodes']] as [string[], string[]];
    expect(await tryWith(PASSWORD, recovery[0])).toBe(401);
    expect(await tryWith(`${PASSWORD} 2`, old[0])).toBe(401);
    expect(await tryWith(`${PASSWORD} 2`, recovery[0])).toBe(200);
    later(MINUTE);
    const again = { password: `${PASSWORD} 2`, code: codeAt(secret, now()) };
    expect((await browser.post('/me/reauthenticate/password', { ...again, password: 'wrong' })).status).toBe(403);
    expect((await browser.post('/me/reauthenticate/password', again)).body).toMatchObject({ method: 'enrolment' });
    expect((await browser.post('/me/password/delete')).body).not.toHaveProperty('passwordSetAt');
    expect(await tryWith(`${PASSWORD} 2`, recovery[1])).toBe(401);
  });

  it('knows two factors where a condition asks for them', async () => {
    const { browser, member } = await withPassword(house);
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'keystead:ListPrincipals',
        Resource: '*',
        Condition: {
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
          NumericLessThan: { 'aws:MultiFactorAuthAge': '300' },
        },
      },
    });
    await admin('POST', `/principals/${member.id}/inline-policies/put`, { name: 'two', document });
    expect((await browser.send('GET', '/principals')).status).toBe(200);
    const issued = await admin('POST', `/principals/${member.id}/credentials`, { type: 'api-key' });
    expect((await house.send(issued.body['apiKey'] as string, 'GET', '/principals')).status).toBe(403);
    later(5 * MINUTE);
    expect((await browser.send('GET', '/principals')).status).toBe(403);
  });
});

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, fits, type AdminHouse } from '../admin.fixture.ts';
import { OPEN_ROUTES } from '../open-routes.ts';
import { openApiOf } from '../openapi.ts';
import { ADMIN_ROUTES } from '../routes.ts';
import { signInOf } from './person.ts';
import type { AdminRoute } from '../route.ts';
import { Authenticator, type Amiss } from './authenticator.fixture.ts';
import {
  byPasskey,
  codeAt,
  invited,
  optionsOf,
  PASSWORD,
  TestBrowser,
  withPasskey,
  withPassword,
} from './person.fixture.ts';

let house: AdminHouse;

beforeAll(async () => {
  house = await adminHouse();
});
afterAll(() => house.close());

const code = (answer: { body: Record<string, unknown> }) => (answer.body['error'] as { code: string }).code;
const later = (ms: number) => house.setClock(house.services.clock() + ms);
const fitsOpen = (id: string, body: unknown) =>
  fits(OPEN_ROUTES.find((route) => route.id === id) as unknown as AdminRoute, body);

describe('a sign-in link', () => {
  const LOOKS: readonly (readonly [string, string, string | undefined])[] = [
    ['a user', 'arn:aws:iam::111122223333:user/ada', 'ada'],
    ['a session of a role', 'arn:aws:sts::111122223333:assumed-role/desk/night-shift', 'night-shift (desk)'],
    ['the account itself', 'arn:aws:iam::111122223333:root', 'the account 111122223333'],
    ['whoever holds the seal', 'holder-of-the-seal', undefined],
  ];

  it.each(LOOKS)('tells who made it, to where, with which roles: %s', async (_who, createdBy, invitedBy) => {
    const { token } = await invited(house, ['auditor', 'key-user'], house.tenant, createdBy);
    const { body } = await new TestBrowser(house).post('/enrolment/look', { token });
    expect(body).toMatchObject({ tenantName: house.tenant.name, policies: ['auditor', 'key-user'] });
    expect(body['invitedBy']).toBe(invitedBy);
  });
});

describe('a passkey', () => {
  it('is made by a sign-in link, which works once, and signs its user in without a name', async () => {
    const { member, token } = await invited(house, ['administrator']);
    const browser = new TestBrowser(house);
    const look = await browser.post('/enrolment/look', { token });
    expect(look.body).toMatchObject({ name: member.name, kind: 'invitation', passkeys: { isUsable: true } });
    expect(fitsOpen('lookAtEnrolment', look.body)).toBe(true);

    const authenticator = new Authenticator(browser.origin);
    const started = await browser.post('/enrolment/passkey/start', { token });
    expect(fitsOpen('startPasskeyEnrolment', started.body)).toBe(true);
    const credential = authenticator.create(optionsOf(started));
    const signedIn = await browser.post('/enrolment/passkey/finish', { token, credential, name: 'Laptop' });
    expect(signedIn.status).toBe(200);
    expect(fitsOpen('finishPasskeyEnrolment', signedIn.body)).toBe(true);
    expect(signedIn.headers.get('set-cookie')).toMatch(
      /^keystead=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await browser.send('GET', '/whoami')).body).toMatchObject({
      principalId: member.id,
      policies: ['administrator'],
      session: { method: 'enrolment', isCurrent: true },
    });
    expect(code(await browser.post('/enrolment/look', { token }))).toBe('enrolment-refused');

    const another = new TestBrowser(house);
    const again = await byPasskey(another, authenticator);
    expect(again.body).toMatchObject({ principalId: member.id, session: { method: 'passkey' } });
    expect(fitsOpen('finishPasskeySignIn', again.body)).toBe(true);
    expect((await another.send('GET', '/principals')).status).toBe(200);
    const { body } = await another.send('GET', '/me/sign-in');
    expect(body).toMatchObject({ passkeys: [{ name: 'Laptop', lastUsedAt: expect.any(String) as string }] });
  });

  it('answers a challenge once', async () => {
    const { browser, authenticator } = await withPasskey(house);
    const started = await browser.post('/sign-in/passkey/start');
    const credential = authenticator.get(optionsOf(started));
    expect((await browser.post('/sign-in/passkey/finish', { credential })).status).toBe(200);
    expect(code(await browser.post('/sign-in/passkey/finish', { credential }))).toBe('sign-in-refused');
    // Also with a counter that has grown, and in another browser.
    const fresh = authenticator.get(optionsOf(started));
    expect(code(await new TestBrowser(house).post('/sign-in/passkey/finish', { credential: fresh }))).toBe(
      'sign-in-refused',
    );
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['nobody verified', { isUnverified: true }],
    ['a counter that went back', { counter: 0 }],
    ['a handle of somebody else', { userHandle: Buffer.alloc(32).toString('base64url') }],
  ])('signs nobody in from %s', async (_, amiss) => {
    const { browser, authenticator } = await withPasskey(house);
    const started = await browser.post('/sign-in/passkey/start');
    const credential = authenticator.get(optionsOf(started), amiss);
    expect(code(await browser.post('/sign-in/passkey/finish', { credential }))).toBe('sign-in-refused');
    expect((await byPasskey(browser, authenticator)).status).toBe(200);
  });

  it('answers no challenge of another purpose, of another time, or of nobody', async () => {
    const { browser, authenticator } = await withPasskey(house);
    const add = await browser.post('/me/passkeys/start');
    const late = await browser.post('/sign-in/passkey/start');
    for (const challenge of [optionsOf(add).challenge, Buffer.alloc(72).toString('base64url')]) {
      const credential = authenticator.get({ challenge });
      expect(code(await browser.post('/sign-in/passkey/finish', { credential }))).toBe('sign-in-refused');
    }
    later(5 * 60_000);
    const credential = authenticator.get(optionsOf(late));
    expect(code(await browser.post('/sign-in/passkey/finish', { credential }))).toBe('sign-in-refused');
    // A clock that steps back lengthens none.
    const ahead = await browser.post('/sign-in/passkey/start');
    later(-3_600_000);
    const early = authenticator.get(optionsOf(ahead));
    expect(code(await browser.post('/sign-in/passkey/finish', { credential: early }))).toBe('sign-in-refused');
    later(3_600_000);
  });

  it('is taken as nobody vouches for it: a certificate says where else to ask', async () => {
    const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = join(house.scratch, 'attestation.pem');
    const subject = ['-subj', '/C=SE/O=Somebody/OU=Authenticator Attestation/CN=x', '-addext'];
    const request = ['req', '-x509', ...subject, 'basicConstraints=critical,CA:FALSE', '-key', file];
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }));
    const certificate = execFileSync('openssl', [...request, '-outform', 'DER'], { stdio: 'pipe' });
    const { browser } = await withPasskey(house);
    const add = async (attestedBy: Amiss['attestedBy']) => {
      const options = optionsOf(await browser.post('/me/passkeys/start'));
      const credential = new Authenticator(browser.origin).create(options, attestedBy && { attestedBy });
      return browser.post('/me/passkeys/finish', { credential });
    };
    expect(code(await add({ key, certificate }))).toBe('passkey-refused');
    expect((await add('itself')).status).toBe(200);
    expect((await add(undefined)).status).toBe(200);
  });

  it('is of no use at an address, and the answer says what to do', async () => {
    const at = new TestBrowser(house, house.url);
    const { body } = await at.send('GET', '/sign-in/options');
    expect(body).toMatchObject({
      passkeys: {
        isUsable: false,
        action: expect.stringContaining(`http://localhost:${new URL(house.url).port}/console/`) as string,
      },
    });
    expect(code(await at.post('/sign-in/passkey/start'))).toBe('passkeys-unusable-here');
  });
});

describe('a password', () => {
  it('comes with an app and recovery codes, and signs in with either', async () => {
    const { member, browser, secret, recoveryCodes, signedIn } = await withPassword(house);
    expect(signedIn.status).toBe(200);
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const another = new TestBrowser(house);
    const common = { account: house.tenant.accountId, name: member.name.toUpperCase(), password: PASSWORD };
    later(30_000);
    const byCode = await another.post('/sign-in/password', { ...common, code: codeAt(secret, house.services.clock()) });
    expect(byCode.body).toMatchObject({ principalId: member.id, session: { method: 'password' } });
    const spelt = (recoveryCodes[0] as string).toLowerCase().replaceAll('-', ' ');
    expect((await another.post('/sign-in/password', { ...common, code: spelt })).status).toBe(200);
    expect((await browser.send('GET', '/me/sign-in')).body).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('takes no code twice: of the app, of the step before, of recovery', async () => {
    const { member, secret, recoveryCodes, code: first } = await withPassword(house);
    const browser = new TestBrowser(house);
    const account = house.tenant.accountId;
    const tried = async (given: string) =>
      (await browser.post('/sign-in/password', { account, name: member.name, password: PASSWORD, code: given })).status;
    expect(await tried(first)).toBe(401);
    later(60_000);
    const now = codeAt(secret, house.services.clock());
    const before = codeAt(secret, house.services.clock() - 30_000);
    expect(await tried(now)).toBe(200);
    expect(await tried(now)).toBe(401);
    expect(await tried(before)).toBe(401);
    expect(await tried(recoveryCodes[3] as string)).toBe(200);
    expect(await tried(recoveryCodes[3] as string)).toBe(401);
  });

  it('is hashed anew with its first use when more is asked of it than before', async () => {
    const { member, recoveryCodes } = await withPassword(house);
    const kept = async () => (await signInOf(house.services, house.tenant, member.id)).password;
    const before = await kept();
    const cost = house.services.signIn.cost as { memoryKiB: number };
    cost.memoryKiB *= 2;
    const given = { account: house.tenant.accountId, name: member.name, password: PASSWORD };
    const browser = new TestBrowser(house);
    expect((await browser.post('/sign-in/password', { ...given, code: recoveryCodes[0] })).status).toBe(200);
    const after = await kept();
    expect(after).toMatchObject({ memoryKiB: cost.memoryKiB, setAtMs: before?.setAtMs });
    expect(after?.hash).not.toBe(before?.hash);
    expect((await browser.post('/sign-in/password', { ...given, code: recoveryCodes[1] })).status).toBe(200);
    expect(await kept()).toEqual(after);
    cost.memoryKiB /= 2;
  });
});

it('tells of an account that is not here what it tells of one that is', async () => {
  const browser = new TestBrowser(house);
  const options = async (account: string) => (await browser.send('GET', `/sign-in/options?account=${account}`)).body;
  const known = await options(house.stranger.accountId);
  expect(fitsOpen('getSignInOptions', known)).toBe(true);
  expect(await options('123456789012')).toEqual({ ...known, accountId: '123456789012' });
});

it('is described as open, as of a session, or as of a credential', () => {
  const { paths, security } = openApiOf([...ADMIN_ROUTES, ...OPEN_ROUTES], '', '0') as unknown as {
    readonly security: object;
    readonly paths: Record<string, Record<string, { readonly security?: object }>>;
  };
  expect(security).toEqual([{ apiKey: [] }, { session: [] }]);
  expect(paths['/sign-in/password']?.['post']?.security).toEqual([]);
  expect(paths['/me/sign-in']?.['get']?.security).toEqual([{ session: [] }]);
  expect(paths['/sessions']?.['get']?.security).toBeUndefined();
});

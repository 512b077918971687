import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { issueEnrolment } from '../../../identity/sign-in/enrolment.ts';
import type { Member } from '../../../identity/principal.ts';
import type { BuiltInPolicy } from '../../../identity/built-in-policies.ts';
import { Directory } from '../../../identity/directory.ts';
import { Pipeline } from '../../../pipeline/execute.ts';
import type { AdminHouse, Answer } from '../admin.fixture.ts';
import { ADMIN_PREFIX, createAdminApi } from '../api.ts';
import { Authenticator } from './authenticator.fixture.ts';
import { quickSignIn } from './sign-in.fixture.ts';

/** A browser: it keeps the cookie, and says where a request comes from. */
export class TestBrowser {
  readonly origin: string;
  cookie: string | undefined;

  constructor(house: Pick<AdminHouse, 'url'>, origin = house.url.replace('127.0.0.1', 'localhost')) {
    this.origin = origin;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.origin + ADMIN_PREFIX + path, {
      method,
      headers: {
        ...(method !== 'GET' && { origin: this.origin }),
        'sec-fetch-site': 'same-origin',
        ...(this.cookie !== undefined && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const text of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = text.split('; ');
      if (attributes.some((one) => one.startsWith('Expires=Thu, 01 Jan 1970'))) this.cookie = undefined;
      else this.cookie = pair;
    }
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer['body'],
    };
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }
}

/** Another node on the store of a house: it has seen nothing of what the first one did but what is stored. */
export async function anotherNode(house: AdminHouse): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { store, services } = house;
  const { barrier, clock, random } = services;
  const api = await createAdminApi({
    ...services,
    directory: new Directory(store, barrier),
    pipeline: new Pipeline(store, clock, random),
    signIn: quickSignIn(clock),
  });
  const server = createServer({ keepAliveTimeout: 0 }, api.routing);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.close();
    },
  };
}

/** The options that an answer asks an authenticator by. */
export function optionsOf(answer: Answer) {
  return answer.body['options'] as { challenge: string; user: { id: string } };
}

/** The code that an authenticator app shows for a secret in base32. */
export function codeAt(secret: string, atMs: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs });
}

/** A code that no authenticator app shows for a secret around this time. */
export function wrongCodeAt(secret: string, atMs: number): string {
  const shown = new Set([-60_000, -30_000, 0, 30_000, 60_000].map((ms) => codeAt(secret, atMs + ms)));
  for (let n = 0; ; n++) {
    const code = String(n).padStart(6, '0');
    if (!shown.has(code)) return code;
  }
}

export const PASSWORD = 'correct horse battery staple';

/** A new user with an open sign-in link. */
export async function invited(
  house: AdminHouse,
  policies: readonly BuiltInPolicy[] = [],
  tenant = house.tenant,
  createdBy = 'test',
): Promise<{ readonly member: Member; readonly token: string }> {
  const { member } = await house.member(policies, tenant);
  const issued = issueEnrolment(tenant, member.id, 'invitation', createdBy, undefined, house.services.clock());
  await house.commit(issued.write);
  return { member, token: issued.token.toString('ascii') };
}

/** A user with a passkey, signed in. */
export async function withPasskey(house: AdminHouse, policies: readonly BuiltInPolicy[] = [], tenant = house.tenant) {
  const { member, token } = await invited(house, policies, tenant);
  const browser = new TestBrowser(house);
  const authenticator = new Authenticator(browser.origin);
  const started = await browser.post('/enrolment/passkey/start', { token });
  const credential = authenticator.create(optionsOf(started));
  const signedIn = await browser.post('/enrolment/passkey/finish', { token, credential, name: 'Laptop' });
  return { member, browser, authenticator, signedIn };
}

/** A user with a password, an app and recovery codes, signed in. */
export async function withPassword(house: AdminHouse, policies: readonly BuiltInPolicy[] = [], tenant = house.tenant) {
  const { member, token } = await invited(house, policies, tenant);
  const browser = new TestBrowser(house);
  const { body } = await browser.post('/enrolment/password/start', { token });
  const secret = body['secret'] as string;
  const code = codeAt(secret, house.services.clock());
  const given = { token, password: PASSWORD, setup: body['setup'], code };
  const signedIn = await browser.post('/enrolment/password/finish', given);
  const recoveryCodes = signedIn.body['recoveryCodes'] as string[];
  return { member, browser, secret, code, recoveryCodes, signedIn };
}

/** Signs in by a passkey. */
export async function byPasskey(browser: TestBrowser, authenticator: Authenticator): Promise<Answer> {
  const started = await browser.post('/sign-in/passkey/start');
  return browser.post('/sign-in/passkey/finish', { credential: authenticator.get(optionsOf(started)) });
}

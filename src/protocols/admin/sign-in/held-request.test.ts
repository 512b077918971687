import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { ADMIN_PREFIX } from '../api.ts';
import { Authenticator } from './authenticator.fixture.ts';
import { Tries } from './tries.ts';
import { optionsOf, PASSWORD, withPasskey, withPassword, codeAt } from './person.fixture.ts';

let house: AdminHouse;

beforeAll(async () => {
  house = await adminHouse();
});
afterAll(() => house.close());

/** A request whose head has come and whose body is held back, until `send`. */
async function held(path: string, headers: Record<string, string>, body: unknown) {
  const bytes = Buffer.from(JSON.stringify(body));
  const asked = httpRequest(house.url + ADMIN_PREFIX + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': bytes.length, expect: '100-continue', ...headers },
  });
  await new Promise<void>((resolve, reject) => {
    asked.on('continue', resolve);
    asked.on('error', reject);
    asked.flushHeaders();
  });
  return {
    send: () =>
      new Promise<number>((resolve, reject) => {
        asked.on('response', (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        });
        asked.on('error', reject);
        asked.end(bytes);
      }),
  };
}

describe('a request that holds its body back while its credential is taken back', () => {
  it('makes no credential by an API key of a user who is suspended meanwhile', async () => {
    const boss = await house.member(['administrator']);
    const leaving = await house.member(['administrator']);
    const path = `/principals/${boss.member.id}/credentials`;
    const late = await held(path, { authorization: `Bearer ${leaving.apiKey}` }, { type: 'api-key' });
    expect((await house.send(boss.apiKey, 'POST', `/principals/${leaving.member.id}/suspend`)).status).toBe(200);
    expect(await late.send()).toBe(401);
  });

  it('does what the policies allow that its user has now', async () => {
    const boss = await house.member(['administrator']);
    const lesser = await house.member(['administrator']);
    const path = `/principals/${boss.member.id}/credentials`;
    const late = await held(path, { authorization: `Bearer ${lesser.apiKey}` }, { type: 'api-key' });
    const detach = `/principals/${lesser.member.id}/policies/detach`;
    expect((await house.send(boss.apiKey, 'POST', detach, { policy: 'administrator' })).status).toBe(200);
    expect(await late.send()).toBe(403);
  });

  it('adds no passkey to the sign-in of a user that is reset meanwhile', async () => {
    const boss = await house.member(['administrator']);
    const { member, browser } = await withPasskey(house);
    const started = await browser.post('/me/passkeys/start');
    const credential = new Authenticator(browser.origin).create(optionsOf(started));
    const headers = { cookie: browser.cookie as string, origin: browser.origin, host: new URL(browser.origin).host };
    const late = await held('/me/passkeys/finish', headers, { credential });
    const reset = await house.send(boss.apiKey, 'POST', `/principals/${member.id}/enrolment`, { reset: true });
    expect(reset.status).toBe(201);
    expect(await late.send()).toBe(401);
    const { body } = await house.send(boss.apiKey, 'GET', `/principals/${member.id}/sign-in`);
    expect(body).toMatchObject({ passkeys: [] });
  });
});

describe('slow work on the own sign-in', () => {
  it('is bounded for each person, so that nobody takes all turns of hashing', async () => {
    const { browser } = await withPassword(house);
    const { tries } = house.services.signIn;
    Object.assign(house.services.signIn, { tries: new Tries(() => 0) });
    const statuses: number[] = [];
    for (let change = 0; change < 21; change++)
      statuses.push((await browser.post('/me/password/finish', { password: `${PASSWORD} ${change}` })).status);
    Object.assign(house.services.signIn, { tries });
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
  });
});

describe('slow work on the own sign-in, while it is reset', () => {
  it('sets no password behind the reset', async () => {
    const boss = await house.member(['administrator']);
    const { member, browser } = await withPassword(house);
    const { body: begun } = await browser.post('/me/password/start');
    const { hash } = house.services.signIn;
    const code = codeAt(begun['secret'] as string, house.services.clock());
    // The reset comes while the new password is being hashed.
    Object.assign(house.services.signIn, {
      hash: async (...given: Parameters<typeof hash>) => {
        Object.assign(house.services.signIn, { hash });
        await house.send(boss.apiKey, 'POST', `/principals/${member.id}/enrolment`, { reset: true });
        return hash(...given);
      },
    });
    const late = await browser.post('/me/password/finish', { password: `${PASSWORD} 2`, setup: begun['setup'], code });
    expect(late.status).toBe(403);
    const { body } = await house.send(boss.apiKey, 'GET', `/principals/${member.id}/sign-in`);
    expect(body).not.toHaveProperty('passwordSetAt');
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { TestBrowser, withPasskey } from '../protocols/admin/sign-in/person.fixture.ts';
import { answersOf, cli } from './cli.fixture.ts';

let house: AdminHouse;
let env: Record<string, string>;

beforeAll(async () => {
  house = await adminHouse();
  const { apiKey } = await house.member(['administrator']);
  env = { KEYSTEAD_URL: house.url, KEYSTEAD_API_KEY: apiKey };
});
afterAll(() => house.close());

const json = (...args: string[]): Promise<Record<string, unknown>[]> => answersOf(env, ...args);

it('invites a person, whose link the server takes until it is withdrawn', async () => {
  const [made] = await json('principal', 'invite', 'ada', '--role', 'key-administrator', 'auditor');
  expect(made).toMatchObject({ name: 'ada', roles: ['key-administrator', 'auditor'] });
  const link = made?.['link'] as string;
  const [place, token] = link.split('#');
  expect(place).toMatch(/\/console\/welcome$/);
  const browser = new TestBrowser(house);
  expect((await browser.post('/enrolment/look', { token })).body).toMatchObject({ name: 'ada' });
  expect(await json('principal', 'sign-in-links')).toMatchObject([{ name: 'ada', kind: 'invitation' }]);

  const [another] = await json('principal', 'sign-in-link', 'ada');
  expect((await browser.post('/enrolment/look', { token })).status).toBe(401);
  await json('principal', 'withdraw-sign-in-link', 'ada');
  const second = String(another?.['link']).split('#')[1];
  expect((await browser.post('/enrolment/look', { token: second })).status).toBe(401);
  const { exitCode, stderr } = await cli(env, 'principal', 'withdraw-sign-in-link', 'ada');
  expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining('no open sign-in link') as string]);
});

it('shows how somebody signs in, and ends sessions: one, or all of a user', async () => {
  const { member, browser } = await withPasskey(house);
  expect(await json('principal', 'sign-in', member.name)).toMatchObject([{ passkeys: [{ name: 'Laptop' }] }]);
  const [session] = await json('session', 'list', '--principal', member.name);
  expect(session).toMatchObject({ name: member.name, method: 'enrolment' });
  await json('session', 'end', session?.['sessionId'] as string);
  expect((await browser.send('GET', '/me/sign-in')).status).toBe(401);
  await json('session', 'end', '--principal', member.name);
  expect(await json('session', 'list', '--principal', member.name)).toEqual([]);
  expect((await cli(env, 'session', 'end')).exitCode).not.toBe(0);
});

it('says how people sign in', async () => {
  expect(await json('sign-in-settings', 'set', '--passkeys-only', 'yes', '--idle-minutes', '10')).toEqual([
    { passwordSignIn: false, sessionMinutes: 720, idleMinutes: 10 },
  ]);
  expect(await json('sign-in-settings', 'set', '--passkeys-only', 'no')).toMatchObject([{ idleMinutes: 10 }]);
  expect(await json('sign-in-settings', 'show')).toMatchObject([{ passwordSignIn: true, idleMinutes: 10 }]);
});

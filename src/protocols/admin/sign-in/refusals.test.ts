import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';
import {
  anotherNode,
  byPasskey,
  codeAt,
  invited,
  optionsOf,
  PASSWORD,
  TestBrowser,
  withPasskey,
  withPassword,
  wrongCodeAt,
} from './person.fixture.ts';
import { workOf } from './sign-in.fixture.ts';

let house: AdminHouse;
let administrator: string;

beforeAll(async () => {
  house = await adminHouse();
  administrator = (await house.member(['administrator'])).apiKey;
});
afterAll(() => house.close());

const later = (ms: number) => house.setClock(house.services.clock() + ms);
const now = () => house.services.clock();
const admin = (method: string, path: string, body?: unknown) => house.send(administrator, method, path, body);
const account = () => house.tenant.accountId;

/** What somebody without the log can see of an answer. */
function seen({ status, headers, body }: Answer) {
  const { requestId: _, ...error } = body['error'] as Record<string, unknown>;
  const names = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return { status, error, headers: names };
}

function entriesSince(before: number) {
  return house.store
    .entries()
    .slice(before)
    .map(({ leaf, details }) => ({
      ...(JSON.parse(String(leaf)) as Record<string, unknown>),
      beside: String(details),
    }));
}

type Person = Awaited<ReturnType<typeof withPassword>>;
const right = ({ member, secret }: Person) => ({
  account: account(),
  name: member.name,
  password: PASSWORD,
  code: codeAt(secret, now()),
});

describe('a password that signs nobody in', () => {
  const CASES: readonly (readonly [
    what: string,
    reason: string | undefined,
    (person: Person) => Promise<object> | object,
  ])[] = [
    ['an unknown name', undefined, (person) => ({ ...right(person), name: 'nobody' })],
    ['an unknown account', undefined, (person) => ({ ...right(person), account: '999999999999' })],
    ['a name of another account', undefined, (person) => ({ ...right(person), account: house.stranger.accountId })],
    [
      'a name that only folds to one',
      undefined,
      (person) => ({ ...right(person), name: `${person.member.name}\u212a` }),
    ],
    ['a wrong password', 'wrong-password', (person) => ({ ...right(person), password: `${PASSWORD}!` })],
    ['a wrong code', 'wrong-code', (person) => ({ ...right(person), code: wrongCodeAt(person.secret, now()) })],
    ['a made-up recovery code', 'wrong-code', (person) => ({ ...right(person), code: 'AAAA-AAAA-AAAA-AAAA' })],
    [
      'a locked user',
      'locked',
      async (person) => {
        for (let wrong = 0; wrong < 5; wrong++)
          await person.browser.post('/sign-in/password', { ...right(person), password: 'wrong' });
        return right(person);
      },
    ],
    [
      'a suspended user',
      'user-suspended',
      async (person) => {
        await admin('POST', `/principals/${person.member.id}/suspend`);
        return right(person);
      },
    ],
    [
      'a deleted user',
      undefined,
      async (person) => {
        await admin('POST', `/principals/${person.member.id}/delete`);
        return right(person);
      },
    ],
    [
      'a user who has none',
      'no-password',
      async () => {
        const { member } = await withPasskey(house);
        return { account: account(), name: member.name, password: PASSWORD, code: '123456' };
      },
    ],
    [
      'a program',
      undefined,
      async () => {
        await admin('POST', '/principals', { name: 'program', policies: [], serviceId: true });
        return { account: account(), name: 'program', password: PASSWORD, code: '123456' };
      },
    ],
  ];

  it.each(CASES)('has one answer, after the same work: %s', async (_, reason, prepare) => {
    const person = await withPassword(house);
    later(60_000);
    const given = await prepare(person);
    const work = workOf(house.services);
    const [hashed, waited, before] = [work.hashed, work.waited, house.store.entries().length];
    const answer = await new TestBrowser(house).post('/sign-in/password', given);
    expect(seen(answer)).toEqual(REFUSED);
    expect([work.hashed - hashed, work.waited - waited]).toEqual([1, 1]);
    const entries = entriesSince(before);
    // Of somebody whom nobody knows there is no log: those are counted.
    const told = reason === undefined ? [] : [{ action: 'keystead:SignIn', outcome: 'refused', reason }];
    expect(entries).toMatchObject(told);
  });

  it('has the same answer where the tenant lets nobody in by one', async () => {
    const person = await withPassword(house);
    later(60_000);
    const settings = { passwordSignIn: false, sessionMinutes: 720, idleMinutes: 30 };
    await admin('POST', '/sign-in/settings', settings);
    expect(seen(await person.browser.post('/sign-in/password', right(person)))).toEqual(REFUSED);
    expect((await person.browser.send('GET', `/sign-in/options?account=${account()}`)).body).toMatchObject({
      passwordSignIn: false,
    });
    await admin('POST', '/sign-in/settings', { ...settings, passwordSignIn: true });
    expect((await person.browser.post('/sign-in/password', right(person))).status).toBe(200);
  });

  it('is refused alike with a passkey that nobody knows', async () => {
    const { authenticator, member } = await withPasskey(house);
    await admin('POST', `/principals/${member.id}/delete`);
    expect(seen(await byPasskey(new TestBrowser(house), authenticator))).toEqual(REFUSED);
  });

  const REFUSED = {
    status: 401,
    error: {
      code: 'sign-in-refused',
      message: expect.any(String) as string,
      action: expect.any(String) as string,
    },
    headers: expect.arrayContaining([['content-type', 'application/json']]) as string[][],
  };

  it('says the same words each time', async () => {
    const person = await withPassword(house);
    later(60_000);
    const answers = [];
    for (const given of [{ name: 'nobody' }, { password: 'wrong' }, { code: wrongCodeAt(person.secret, now()) }])
      answers.push(seen(await person.browser.post('/sign-in/password', { ...right(person), ...given })));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe('a sign-in link that opens nothing', () => {
  it('has one answer: unknown, used, replaced, withdrawn, over, of somebody who is not active', async () => {
    const browser = new TestBrowser(house);
    const look = async (token: string) => seen(await browser.post('/enrolment/look', { token }));
    const expected = await look(`kse_${'A'.repeat(43)}`);
    expect(expected).toMatchObject({ status: 401, error: { code: 'enrolment-refused' } });

    const replaced = await invited(house);
    const path = `/principals/${replaced.member.id}`;
    const { body } = await admin('POST', `${path}/enrolment`, {});
    expect(await look(replaced.token)).toEqual(expected);
    expect((await browser.post('/enrolment/look', { token: body['token'] })).status).toBe(200);
    await admin('POST', `${path}/suspend`);
    expect(await look(body['token'] as string)).toEqual(expected);
    await admin('POST', `${path}/resume`);
    // What ended so is over for good.
    expect(await look(body['token'] as string)).toEqual(expected);

    const late = await invited(house);
    const back = now();
    later(7 * 86_400_000);
    expect(await look(late.token)).toEqual(expected);
    // A link from a time that the clock has not seen is none either.
    house.setClock(back - 86_400_000);
    expect(await look(late.token)).toEqual(expected);
    house.setClock(back);
    expect((await browser.post('/enrolment/look', { token: late.token })).status).toBe(200);
  });

  it('leaves nothing behind where what came by it is refused', async () => {
    const { token } = await invited(house);
    const browser = new TestBrowser(house);
    const { body: setup } = await browser.post('/enrolment/password/start', { token });
    const code = codeAt(setup['secret'] as string, now());
    const wrong = wrongCodeAt(setup['secret'] as string, now());
    const given = { token, setup: setup['setup'], code, password: PASSWORD };
    for (const amiss of [{ password: 'short' }, { code: wrong }, { setup: 'AAAA' }, { password: 'a'.repeat(40) }])
      expect((await browser.post('/enrolment/password/finish', { ...given, ...amiss })).status).toBe(400);
    expect(browser.cookie).toBeUndefined();
    // The set-up of one link is none of another's.
    const another = await invited(house);
    expect((await browser.post('/enrolment/password/finish', { ...given, token: another.token })).status).toBe(400);
    expect((await browser.post('/enrolment/password/finish', given)).status).toBe(200);
  });
});

describe('two nodes at once', () => {
  let second: Awaited<ReturnType<typeof anotherNode>>;
  beforeAll(async () => {
    second = await anotherNode(house);
  });
  afterAll(() => second.close());

  /** One try at each node; both must come from where they say. */
  async function atBoth(path: string, body: object): Promise<number[]> {
    const browsers = [new TestBrowser(house), new TestBrowser(second)];
    const answers = await Promise.all(browsers.map((browser) => browser.post(path, body)));
    return answers.map(({ status }) => status).toSorted((a, b) => a - b);
  }

  it('take one code, one recovery code and one link once', async () => {
    const person = await withPassword(house);
    later(60_000);
    expect(await atBoth('/sign-in/password', right(person))).toEqual([200, 401]);
    const recovery = { ...right(person), code: person.recoveryCodes[0] };
    expect(await atBoth('/sign-in/password', recovery)).toEqual([200, 401]);

    const { token } = await invited(house);
    const { body } = await new TestBrowser(house).post('/enrolment/password/start', { token });
    const code = codeAt(body['secret'] as string, now());
    const given = { token, password: PASSWORD, setup: body['setup'], code };
    expect(await atBoth('/enrolment/password/finish', given)).toEqual([200, 401]);
  });

  it('take one answer of a passkey once', async () => {
    const { authenticator } = await withPasskey(house);
    const browser = new TestBrowser(house);
    const started = await browser.post('/sign-in/passkey/start');
    // Signed for the origin of the first: the second is another site, so both tries go to where it was asked for.
    const credential = authenticator.get(optionsOf(started));
    const answers = await Promise.all([1, 2, 3].map(() => browser.post('/sign-in/passkey/finish', { credential })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
  });

  it('both know who is locked, for how long, and that a passkey still works', async () => {
    const person = await withPassword(house);
    later(60_000);
    const elsewhere = new TestBrowser(second);
    const tryAt = async (browser: TestBrowser, given: object = {}) =>
      (await browser.post('/sign-in/password', { ...right(person), ...given })).status;
    for (let wrong = 0; wrong < 5; wrong++) expect(await tryAt(person.browser, { password: 'wrong' })).toBe(401);
    expect(await tryAt(elsewhere)).toBe(401);
    expect((await admin('GET', `/principals/${person.member.id}/sign-in`)).body).toMatchObject({
      wrongAttempts: 5,
      lockedUntil: new Date(now() + 60_000).toISOString(),
    });
    later(59_999);
    expect(await tryAt(elsewhere)).toBe(401);
    later(1);
    expect(await tryAt(elsewhere, { password: 'wrong' })).toBe(401);
    later(60_000);
    // The sixth locks for two minutes.
    expect(await tryAt(elsewhere)).toBe(401);
    later(60_000);
    expect(await tryAt(elsewhere)).toBe(200);
    expect((await admin('GET', `/principals/${person.member.id}/sign-in`)).body).toMatchObject({ wrongAttempts: 0 });
  });

  it('let many guesses at once decide no more than five', async () => {
    const person = await withPassword(house);
    later(60_000);
    const guesses = Array.from({ length: 12 }, (_, index) =>
      new TestBrowser(house).post('/sign-in/password', { ...right(person), password: `guess ${index}` }),
    );
    await Promise.all(guesses);
    expect((await admin('GET', `/principals/${person.member.id}/sign-in`)).body).toMatchObject({ wrongAttempts: 5 });
  });
});

it('writes no password, code, secret, token or cookie anywhere', async () => {
  const { member, token } = await invited(house);
  const browser = new TestBrowser(house);
  const canary = 'canary of a password 4711';
  const { body: setup } = await browser.post('/enrolment/password/start', { token });
  const secret = setup['secret'] as string;
  const code = codeAt(secret, now());
  const { body } = await browser.post('/enrolment/password/finish', {
    token,
    password: canary,
    setup: setup['setup'],
    code,
  });
  const recovery = body['recoveryCodes'] as string[];
  const given = { account: account(), name: member.name, password: `${canary}?`, code: recovery[1] };
  await browser.post('/sign-in/password', given);
  await browser.post('/sign-in/password', { ...given, password: canary });
  const cookie = (browser.cookie as string).split('=')[1] as string;
  const secrets = [canary, secret, token, cookie, ...recovery.flatMap((one) => [one, one.replaceAll('-', '')])];
  const kinds = ['sign-in', 'enrolment', 'credential', 'principal'] as const;
  const records = kinds.map((kind) => house.store.listAll(kind));
  const kept = [
    ...records.flat().map((record) => `${record.id} ${String(record.body)}`),
    ...entriesSince(0).map((entry) => JSON.stringify(entry)),
    ...house.logged,
  ].join('\n');
  expect(kept).toContain(member.id);
  for (const one of secrets) {
    expect(kept).not.toContain(one);
    expect(kept).not.toContain(Buffer.from(one).toString('base64').replaceAll('=', ''));
  }
});

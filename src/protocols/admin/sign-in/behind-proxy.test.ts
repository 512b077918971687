import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';
import { createAdminApi } from '../api.ts';
import { invited, optionsOf, TestBrowser } from './person.fixture.ts';
import { Authenticator } from './authenticator.fixture.ts';
import { Tries } from './tries.ts';

let house: AdminHouse;
/** The same installation: as people reach it through a proxy, and without any. */
let proxied: Reached;
let direct: Reached;

interface Reached {
  readonly url: string;
  close(): Promise<void>;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function listening(server: Server, more: () => Promise<void> = async () => {}): Promise<Reached> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: urlOf(server),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await more();
    },
  };
}

/** A node that counts tries for what it is, behind these proxies. */
async function node(addresses: readonly string[]): Promise<Reached> {
  const { services } = house;
  const api = await createAdminApi({
    ...services,
    ...(addresses.length > 0 && { proxies: { addresses, header: 'x-forwarded-for' as const } }),
    signIn: { ...services.signIn, tries: new Tries(() => 0) },
  });
  return listening(createServer({ keepAliveTimeout: 0 }, api.routing), () => api.close());
}

/** A proxy as they are: it adds whom it heard from to what that one sent. Clients say in `x-test-from` where they are. */
async function proxyTo(target: Reached): Promise<Reached> {
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    const { 'x-test-from': from, 'x-forwarded-for': before, ...headers } = incoming.headers;
    const chain = [...(before === undefined ? [] : [before]), from].join(', ');
    const { method, url } = incoming;
    const onward = ask(target.url + url, { method, headers: { ...headers, 'x-forwarded-for': chain } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  return listening(server, () => target.close());
}

beforeAll(async () => {
  house = await adminHouse();
});
afterAll(() => house.close());
beforeEach(async () => {
  const [behind, open] = [await node(['127.0.0.1']), await node([])];
  [proxied, direct] = [await proxyTo(behind), open];
  return async () => {
    await Promise.all([proxied.close(), direct.close()]);
  };
});

/** How many of these tries to sign in are let through to be looked at. */
async function letThrough(at: Reached, count: number, headers: (nth: number) => Record<string, string>) {
  const statuses: number[] = [];
  const browser = new TestBrowser(at);
  for (let nth = 0; nth < count; nth++)
    statuses.push((await browser.post('/sign-in/passkey/start', undefined, headers(nth))).status);
  return statuses.filter((status) => status === 200).length;
}

describe('behind a proxy that is trusted', () => {
  it('each client has its own bound of tries', async () => {
    expect(await letThrough(proxied, 70, () => ({ 'x-test-from': '198.51.100.7' }))).toBe(60);
    expect(await letThrough(proxied, 5, () => ({ 'x-test-from': '198.51.100.8' }))).toBe(5);
  });

  it('no client gets another bound by what it writes itself', async () => {
    const lies = (nth: number) => ({ 'x-test-from': '198.51.100.7', 'x-forwarded-for': `203.0.113.${nth}` });
    expect(await letThrough(proxied, 70, lies)).toBe(60);
    const more = (nth: number) => ({ 'x-test-from': '198.51.100.7', 'x-forwarded-for': `203.0.113.${nth}, 127.0.0.1` });
    expect(await letThrough(proxied, 5, more)).toBe(0);
  });

  it('session and audit entry have the address of the client', async () => {
    const { token } = await invited(house);
    const browser = new TestBrowser(proxied);
    const authenticator = new Authenticator(browser.origin);
    const from = { 'x-test-from': '198.51.100.9' };
    const started = await browser.post('/enrolment/passkey/start', { token }, from);
    const credential = authenticator.create(optionsOf(started));
    const signedIn = await browser.post('/enrolment/passkey/finish', { token, credential }, from);
    expect(signedIn.body).toMatchObject({ session: { address: '198.51.100.9' } });
    expect(String(house.store.entries().at(-1)?.details)).toContain('"address":"198.51.100.9"');
  });
});

describe('without a proxy that is trusted', () => {
  it('the header of any client is nothing', async () => {
    expect(await letThrough(direct, 70, (nth) => ({ 'x-forwarded-for': `203.0.113.${nth}` }))).toBe(60);
  });
});

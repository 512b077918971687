import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyCheckValue as ofServer } from '../../src/crypto/key-check-value.ts';
import { adminHouse, type AdminHouse } from '../../src/protocols/admin/admin.fixture.ts';
import { OPEN_ROUTES } from '../../src/protocols/admin/open-routes.ts';
import { ADMIN_ROUTES } from '../../src/protocols/admin/routes.ts';
import { everyItem, keyCheckValue, KeysteadClient, KeysteadError, publicKeyCheckValue } from './index.ts';

const API_KEY = `ks_${'A'.repeat(43)}`;

async function failureOf(promise: Promise<unknown>): Promise<KeysteadError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeysteadError) return error;
  throw new Error('the call was expected to fail with a KeysteadError', { cause: error });
}

describe('the client against a server', () => {
  let house: AdminHouse;
  let client: KeysteadClient;

  beforeAll(async () => {
    house = await adminHouse();
    const { apiKey } = await house.member(['administrator', 'operator']);
    client = new KeysteadClient({ url: `${house.url}/`, apiKey: () => apiKey });
  });
  afterAll(() => house.close());

  it('has one method for each route', () => {
    const methods = Object.getOwnPropertyNames(KeysteadClient.prototype).filter((name) => name !== 'constructor');
    expect(methods.toSorted()).toEqual([...ADMIN_ROUTES, ...OPEN_ROUTES].map(({ id }) => id).toSorted());
  });

  it('sends path, query and body, and answers what the server says', async () => {
    const { tenant, apiKey } = await client.createTenant({ name: 'Größe & Söhne', region: 'eu-de' });
    expect(await client.getTenant(tenant.tenantId)).toEqual(tenant);
    const other = new KeysteadClient({ url: house.url, apiKey });
    expect(await other.whoAmI()).toMatchObject({ tenantId: tenant.tenantId });
    expect((await other.listKeys('eu-de', { limit: 5 })).items).toEqual([]);
  });

  it('goes through a list page by page', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `page-${letter}`);
    for (const name of names) await client.createPrincipal({ name, policies: [] });
    const found = await Array.fromAsync(everyItem((after) => client.listPrincipals({ after, limit: 2 })));
    const ids = found.map(({ principalId }) => principalId);
    expect(ids).toEqual([...new Set(ids)]);
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it('encodes what stands in a path', async () => {
    const error = await failureOf(client.getKey('us-east-1', 'alias/a/../../b?c=d#e'));
    expect([error.status, error.code]).toEqual([400, 'invalid-request']);
    expect(await failureOf(client.getKey('us-east-1', 'alias/none'))).toMatchObject({ status: 404 });
  });

  it('tells of a refusal with its code, its reason and what to do', async () => {
    const stranger = new KeysteadClient({ url: house.url, apiKey: API_KEY });
    expect(await failureOf(stranger.whoAmI())).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      message: expect.any(String),
      action: expect.any(String),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

describe('the client without a server of ours', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close().closeAllConnections();
  });

  async function serve(listener: RequestListener, timeoutMs = 60_000): Promise<KeysteadClient> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new KeysteadClient({ url, apiKey: API_KEY, timeoutMs });
  }

  it('tells that nobody answers', async () => {
    const client = await serve(() => undefined);
    const server = servers.at(-1) as Server;
    await new Promise((resolve) => server.close(resolve));
    expect(await failureOf(client.whoAmI())).toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('tells that an answer does not come', async () => {
    const client = await serve(() => undefined, 200);
    const error = await failureOf(client.whoAmI());
    expect([error.code, error.message]).toEqual(['unreachable', expect.stringContaining('took too long')]);
  });

  it.each([
    ['a page', 200, '<html>'],
    ['an error page', 502, 'Bad gateway'],
    ['an error of another form', 400, '{"message":"no"}'],
    ['an error that is null', 500, '{"error":null}'],
    ['nothing', 200, ''],
  ])('tells %s from an answer of Keystead', async (_, status, body) => {
    const client = await serve((_request, response) => response.writeHead(status).end(body));
    expect(await failureOf(client.whoAmI())).toMatchObject({ status, code: 'not-keystead' });
  });

  it('follows no redirection: the API key would go with it', async () => {
    const client = await serve((_request, response) =>
      response.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end(),
    );
    expect(await failureOf(client.whoAmI())).toMatchObject({ status: 0, code: 'unreachable' });
  });
});

describe('the key check value', () => {
  it.each([16, 24, 32, 64])('is what the server computes, for %i bytes', async (length) => {
    const material = new Uint8Array(randomBytes(length));
    expect(await keyCheckValue(material)).toBe(ofServer(createSecretKey(material)));
  });

  it('is what the server computes, for a pair', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    expect(await publicKeyCheckValue(spki)).toBe(ofServer(privateKey));
    expect(await publicKeyCheckValue(spki)).toBe(ofServer(publicKey));
  });
});

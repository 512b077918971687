import { KeysteadClient } from '@keystead/sdk';
import { afterAll, describe, expect, it } from 'vitest';
import type { AdminHouse } from '../../src/protocols/admin/admin.fixture.ts';
import { Authenticator } from '../../src/protocols/admin/sign-in/authenticator.fixture.ts';
import { byPasskey, optionsOf, TestBrowser } from '../../src/protocols/admin/sign-in/person.fixture.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { startKeystead } from '../../src/server.ts';
import { SmallDisk } from '../../src/store/small-disk.fixture.ts';
import { makeHome } from '../process/server-process.ts';

const home = makeHome();
const disk = new SmallDisk(home.config.dataFolder, 32);

afterAll(() => {
  disk.unmount();
  home.remove();
});

const nothing = () => {};

describe.skipIf(!disk.isMounted)('a person at a server whose disk is full', () => {
  it('signs in, finds a key and switches it off, ends a session, and signs out; clients of IBM too', async () => {
    const server = await startKeystead(home.config, { info: nothing, warn: nothing, error: nothing });
    const first = server.first as FirstCredentials;
    const house = { url: server.url } as AdminHouse;
    const [browser, other] = [new TestBrowser(house), new TestBrowser(house)];
    const authenticator = new Authenticator(browser.origin);
    const token = first.signInToken;
    const started = await browser.post('/enrolment/passkey/start', { token });
    const credential = authenticator.create(optionsOf(started));
    expect((await browser.post('/enrolment/passkey/finish', { token, credential })).status).toBe(200);
    expect((await byPasskey(other, authenticator)).status).toBe(200);
    const key = (await other.post(`/regions/${first.region}/keys`, {})).body;
    const spareId = (await other.post(`/regions/${first.region}/keys`, {})).body['keyId'] as string;

    disk.fill('ballast', 1 << 20);
    const admin = new KeysteadClient({ url: server.url, apiKey: first.apiKey });
    let made = 0;
    const make = () => admin.createPolicy({ name: `filler-${made++}`, document: FILLER });
    await expect(
      (async () => {
        while (made < 2_000) await make();
      })(),
    ).rejects.toMatchObject({ status: 507 });

    const here = new TestBrowser(house);
    const signedIn = await byPasskey(here, authenticator);
    expect(signedIn.status).toBe(200);
    const keyId = key['keyId'] as string;
    const keys = `/regions/${first.region}/keys`;
    // What the pages ask on the way to a key.
    for (const path of ['/whoami', '/regions', keys, `${keys}/${keyId}`, '/principals', '/credentials'])
      expect([path, (await here.send('GET', path)).status]).toEqual([path, 200]);
    const listed = (await here.send('GET', keys)).body['items'] as readonly { readonly keyId: string }[];
    expect(listed.map((one) => one.keyId)).toContain(keyId);
    const questions = [{ action: 'kms:DisableKey', region: first.region, key: keyId }];
    expect((await here.post('/access/check', { questions })).body).toEqual({ allowed: [true] });
    expect((await here.post(`${keys}/${keyId}/disable`)).status).toBe(200);
    // What only looks around, or makes something, waits until there is room.
    expect((await here.send('GET', '/overview')).status).toBe(507);
    expect((await here.post(keys, {})).status).toBe(507);

    const form = new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: first.apiKey,
    });
    const bearer = await (await fetch(`${server.url}/identity/token`, { method: 'POST', body: form })).json();
    const headers = {
      authorization: `Bearer ${(bearer as { access_token: string }).access_token}`,
      'bluemix-instance': first.instanceId,
    };
    const ibm = async (method: string, path: string) => fetch(`${server.url}/api/v2${path}`, { method, headers });
    const { resources } = (await (await ibm('GET', '/keys')).json()) as { resources: { id: string }[] };
    expect(resources.map(({ id }) => id)).toContain(spareId);
    expect((await ibm('POST', `/keys/${spareId}/actions/disable`)).status).toBe(204);
    const { items } = (await other.send('GET', '/me/sessions')).body as {
      readonly items: readonly { readonly sessionId: string }[];
    };
    const { sessionId } = signedIn.body['session'] as { readonly sessionId: string };
    expect(items.map((one) => one.sessionId)).toContain(sessionId);
    expect((await other.post(`/me/sessions/${sessionId}/end`)).status).toBe(200);
    expect((await here.send('GET', '/whoami')).status).toBe(401);
    expect((await other.post('/me/session/end')).status).toBe(200);
    await server.close();
  });
});

const FILLER = JSON.stringify({
  Version: '2012-10-17',
  Statement: Array.from({ length: 40 }, (_, at) => ({
    Effect: 'Allow',
    Action: 'kms:Encrypt',
    Resource: `arn:aws:kms:*:*:key/00000000-0000-0000-0000-${String(at).padStart(12, '0')}`,
  })),
});

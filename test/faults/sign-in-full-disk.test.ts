import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, describe, expect, it } from 'vitest';
import type { AdminHouse } from '../../src/protocols/admin/admin.fixture.ts';
import { Authenticator } from '../../src/protocols/admin/sign-in/authenticator.fixture.ts';
import { byPasskey, optionsOf, TestBrowser } from '../../src/protocols/admin/sign-in/person.fixture.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { startKeystead } from '../../src/server.ts';
import { makeHome } from '../process/server-process.ts';

const home = makeHome();
const disk = home.config.dataFolder;

/** A small disk of its own needs the right to mount. */
function mount(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'none', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const mounted = mount();
afterAll(() => {
  if (mounted) execFileSync('umount', ['-l', disk]);
  home.remove();
});

const nothing = () => {};

describe.skipIf(!mounted)('a person at a server whose disk is full', () => {
  it('signs in, switches a key off, ends a session, and signs out', async () => {
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

    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - (1 << 20))));
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
    expect((await here.post(`/regions/${first.region}/keys/${key['keyId'] as string}/disable`)).status).toBe(200);
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

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient, type AuditEntryProof, type AuditGrowthProof, type Verification } from '@keystead/sdk';
import { makeHome, startServerProcess, type Home, type ServerProcess } from '../process/server-process.ts';
import { hasChromium, launchBrowser } from './browser.fixture.ts';

const SDK = resolve(import.meta.dirname, '../../sdk/src');

/** Serves the modules of the SDK to a browser as they are, without their types. */
async function serveSdk(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const name = /^\/([\w.-]+\.ts)$/.exec(request.url ?? '')?.[1];
    if (name === undefined) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    const code = stripTypeScriptTypes(readFileSync(join(SDK, name), 'utf8'));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** What a page does: the first event tells how things stand; what is asked for later comes behind it. */
const LISTEN = `new Promise((done) => {
  const source = new EventSource('/admin/v1/events');
  source.addEventListener('changed', (event) => {
    if (document.title === 'asked') done(event.data);
    document.title = 'heard';
  });
})`;

describe.skipIf(!hasChromium)('the log of a real server, verified in a real browser', () => {
  let home: Home;
  let keystead: ServerProcess;
  let sdk: Awaited<ReturnType<typeof serveSdk>>;
  let browser: Browser;
  let page: Page;
  let client: KeysteadClient;

  beforeAll(async () => {
    home = makeHome();
    [keystead, browser, sdk] = await Promise.all([startServerProcess(home), launchBrowser(), serveSdk()]);
    client = new KeysteadClient({ url: keystead.url, apiKey: keystead.first!.apiKey });
    page = await browser.newPage();
    await page.goto(sdk.url);
    // The log has its first checkpoint a second after the start.
    for (let size = 0; size < 2;)
      size = await client.getAuditCheckpoint().then(
        (head) => head.size,
        () => 0,
      );
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((done) => sdk.server.close(done));
    await keystead.stop();
    home.remove();
  });

  /** The module is that of the page: it is loaded there. */
  const inBrowser = (name: string, ...given: readonly unknown[]): Promise<Verification> =>
    page.evaluate(
      `import('/audit-verify.ts').then((sdk) => sdk[${JSON.stringify(name)}](...${JSON.stringify(given)}))`,
    );

  it('holds for an entry, and not for a changed one', async () => {
    const proof: AuditEntryProof = await client.proveAuditEntry(1);
    const found = await inBrowser('verifyEntry', proof);
    expect(found.steps.map(({ name, holds }) => [name, holds])).toEqual(
      ['key', 'signature', 'size', 'leaf', 'proof'].map((name) => [name, true]),
    );
    expect(found.isVerified).toBe(true);
    const leaf = JSON.parse(Buffer.from(proof.leaf, 'base64').toString('utf8')) as { principal: string };
    const changed = Buffer.from(JSON.stringify({ ...leaf, principal: 'somebody else' })).toString('base64');
    expect(await inBrowser('verifyEntry', { ...proof, leaf: changed })).toMatchObject({ isVerified: false });
    const checkpoint = proof.checkpoint.replace(/\ntime \d/, '\ntime 9');
    expect(await inBrowser('verifyEntry', { ...proof, checkpoint })).toMatchObject({ isVerified: false });
  });

  it('holds for the growth since a checkpoint that was kept, and not for that of another log', async () => {
    const kept = await client.getAuditCheckpoint();
    await client.whoAmI();
    const growth: AuditGrowthProof = await client.proveAuditGrowth({ from: kept.size });
    expect(await inBrowser('verifyGrowth', growth, kept.checkpoint)).toMatchObject({ isVerified: true });
    const other = kept.checkpoint.replace(`/${kept.log}`, '/installation');
    expect(await inBrowser('verifyGrowth', growth, other)).toMatchObject({ isVerified: false });
  });

  it('tells a browser of what changes as it happens', async () => {
    const context = await browser.newContext({
      extraHTTPHeaders: { Authorization: `Bearer ${keystead.first!.apiKey}` },
    });
    const visitor = await context.newPage();
    await visitor.goto(`${keystead.url}/healthz`);
    const changed = visitor.evaluate<string>(LISTEN);
    await visitor.waitForFunction("document.title === 'heard'");
    await visitor.evaluate("document.title = 'asked'");
    const region = keystead.first!.region;
    await client.createKey(region, {});
    expect(await changed).toBe('{}');
    await context.close();
  });
});

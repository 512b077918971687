import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../http/route.ts';
import { consoleRoute } from './routes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystead-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'secret.txt'), 'not of a type that is served');
});
afterEach(() => rmSync(folder, { recursive: true }));

const asked = (path: string, rawHeaders: string[] = []): HttpRequest => ({
  method: 'GET',
  path,
  query: '',
  rawHeaders,
  body: Buffer.alloc(0),
  remoteAddress: '127.0.0.1',
  requestId: 'r1',
});

describe('the console’s files', () => {
  it('are there when they are built, also when somebody looked in the middle of it', async () => {
    const { handler } = consoleRoute(folder);
    expect((await handler(asked('/console/'))).status).toBe(503);
    writeFileSync(join(folder, 'assets', 'a.js'), '1');
    expect((await handler(asked('/console/'))).status).toBe(503);
    writeFileSync(join(folder, 'index.html'), '<style nonce="KEYSTEAD_NONCE"></style>');
    const page = await handler(asked('/console/keys'));
    expect([page.status, page.body.toString()]).toEqual([200, expect.stringMatching(/nonce="[\w+/]{22}=="/)]);
    expect((await handler(asked('/console/assets/a.js'))).status).toBe(200);
  });

  it.each(['/console/secret.txt', '/console/index.html', '/console/../routes.ts', '/console/assets/..%2findex.html'])(
    'are no more than those: %s',
    async (path) => {
      writeFileSync(join(folder, 'index.html'), 'the page');
      const { handler } = consoleRoute(folder);
      expect((await handler(asked(path))).status).toBe(404);
    },
  );
});

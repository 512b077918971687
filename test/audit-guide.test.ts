import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGuide } from './guide.fixture.ts';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

describe('the guide to the audit log', () => {
  let home: Home;
  let server: ServerProcess;
  let printed: ReadonlyMap<string, string>;

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
    printed = await runGuide('docs/guide/audit.md', home, server, {
      env: { DATA: join(home.folder, 'data') },
      // An entry is in the log a second after what it tells of.
      before: [
        'keystead key create > /dev/null',
        "until keystead audit entries --action 'kms:*' | grep -q kms:CreateKey; do :; done",
      ],
    });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    home.remove();
  });

  it.each<[heading: string, expected: RegExp]>([
    ['Look', /INDEX +TIME +ACTION[^]*kms:CreateKey +done[^]*There is no such entry/],
    ['One entry', /^index +0$[^]*^leaf +\{"action":"/m],
    ['Prove it', /(?:^ok {3}[A-Z].*\.\n){5}(?:ok {3}[A-Z].*\.\n){5}/m],
    ['Nothing was rewritten', /(?:^ok {3}[A-Z].*\.\n){5}/m],
    ['Take it with you', /^[1-9]\d*$/m],
    ['Without the server', /^Verified: /m],
    ['Uses over time', /"step":"hour"/],
  ])('%s', (heading, expected) => expect(printed.get(heading)).toMatch(expected));

  it('has no commands that nobody looked at', () => expect(printed.size).toBe(7));
});

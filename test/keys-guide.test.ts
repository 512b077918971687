import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/guide/keys.md'), 'utf8');
const AWS = '/usr/bin/aws';
const isPossible = existsSync(AWS) || process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

/** The commands of a section, under its heading. */
function sections(): readonly (readonly [heading: string, script: string])[] {
  return guide.split(/^## /m).flatMap((text): [string, string][] => {
    const scripts = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script]) => script as string);
    return scripts.length === 0 ? [] : [[text.slice(0, text.indexOf('\n')), scripts.join('')]];
  });
}

describe.skipIf(!isPossible)('the guide to keys', () => {
  let home: Home;
  let server: ServerProcess;
  /** What each section printed. All run in one shell, as one who reads on would type them. */
  let printed: ReadonlyMap<string, string>;

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
    const first = server.first!;
    const script = [
      'set -euo pipefail',
      `keystead() { ${process.execPath} ${join(root, 'src/main.ts')} "$@"; }`,
      `aws() { ${AWS} --endpoint-url "$KEYSTEAD_URL" "$@"; }`,
      ...sections().map(([heading, commands]) => `echo '## ${heading}'\n${commands}`),
    ].join('\n');
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: home.folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_DEFAULT_REGION: first.region,
      AWS_ACCESS_KEY_ID: first.accessKeyId,
      AWS_SECRET_ACCESS_KEY: first.secretAccessKey,
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: first.apiKey,
    };
    const text = script.replaceAll('111122223333', first.accountId);
    const { stdout } = await promisify(execFile)('bash', ['-c', text], { cwd: home.folder, env });
    printed = new Map(
      stdout
        .split(/^## /m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('\n')), part]),
    );
  }, 180_000);
  afterAll(async () => {
    await server.stop();
    home.remove();
  });

  it.each<[heading: string, expected: RegExp]>([
    ['Encrypt', /^name,salary$/m],
    ['Sign, and verify anywhere', /^Verified OK$/m],
    ['Authenticate', /^true$/m],
    ['Have pairs made', /^Private-Key: \(384 bit\)$/m],
    ['Bring a key', /^(?:\w+ +your material is version [0-9a-f-]{36} \(current\) of this key\s+){3}$/m],
    ['Rotate', /period days +180\n[^]*previous[^]*current[^]*^name,salary$/m],
    ['The same key in two regions', /:eu-west-1:\d{12}:key\/mrk-[^]*^name,salary$/m],
    ['Say who may use it', /^decision +refused$[^]*^decision +allowed$/m],
    ['Switch it off, let it go', /state +disabled[^]*state +enabled[^]*last use[^]*pending-deletion/],
  ])('%s', (heading, expected) => expect(printed.get(heading)).toMatch(expected));

  it('has no commands that nobody looked at', () => expect(printed.size).toBe(9));
});

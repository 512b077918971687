import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/guide/key-protect.md'), 'utf8');

/** The commands of each section, under its heading. */
const sections = guide.split(/^## /m).flatMap((text): [heading: string, script: string][] => {
  const scripts = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script]) => script as string);
  return scripts.length === 0 ? [] : [[text.slice(0, text.indexOf('\n')), scripts.join('')]];
});

describe('the guide for users of IBM Key Protect', () => {
  let home: Home;
  let server: ServerProcess;
  /** What each section printed. All run in one shell, as one who reads on would type them. */
  let printed: ReadonlyMap<string, string>;

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
    const script = [
      'set -euo pipefail',
      // As the file itself, so that it must be executable, with the Node of this test.
      `keystead() { PATH="${resolve(process.execPath, '..')}:$PATH" ${join(root, 'src/main.ts')} "$@"; }`,
      ...sections.map(([heading, commands]) => `echo; echo '## ${heading}'\n${commands}`),
    ].join('\n');
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: home.folder,
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.first!.apiKey,
    };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: home.folder, env });
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
    ['An instance', /us-south +\d{12}/],
    ['Somebody who uses it', /Manager[^]*"resources":\[\{"id":"default"\}\]/],
    ['Wrap under a root key', /^a data key$/m],
    ['Keep a secret as a standard key', /^correct horse$/m],
    ['Bring a root key', /your material is version [0-9a-f-]{36} \(current\) of this key/],
    ['Rotate', /^another version\n2$/m],
    ['Rings and aliases', /^payments\nwages\n1$/m],
    ['Policies of a key, and of the instance', /"interval_month":3[^]*enforce token +true/],
    ['Two people delete', /"enabled":true[^]*^AUTHORIZATIONS_NOT_MET$/m],
    [
      'What a service protects with a key',
      /:vault-1::\n[^]*^PROTECTED_RESOURCE_ERR\n+\{"state":5,"deleted":true\}\n[^]*delete +backup\.example\.com/m,
    ],
    ['Switch it off, whichever API is asked', /state +disabled[^]*^KEY_ACTION_INVALID_STATE_ERR$/m],
  ])('%s', (heading, expected) => expect(printed.get(heading)).toMatch(expected));

  it('has no commands that nobody looked at', () => expect(printed.size).toBe(11));
});

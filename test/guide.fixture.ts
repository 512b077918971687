import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');

/** What a guide's commands need besides `keystead` and a server. */
export interface Reader {
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of shell before the first section. */
  readonly before?: readonly string[];
  /** What stands in the guide for what only this server knows. */
  readonly instead?: readonly (readonly [shown: string, real: string])[];
}

/**
 * Runs the `sh` blocks of a guide in one shell, as one who reads on would type them, against a server that was just
 * made. Answers what each section printed, by its heading.
 *
 * @throws {Error} a command failed
 */
export async function runGuide(
  path: string,
  home: Home,
  server: ServerProcess,
  { env = {}, before = [], instead = [] }: Reader = {},
): Promise<ReadonlyMap<string, string>> {
  const script = [
    'set -euo pipefail',
    // As the guides say: from the clone, whatever Node the machine has.
    `PATH="${join(root, 'bin')}:$PATH"`,
    ...before,
    ...sectionsOf(readFileSync(join(root, path), 'utf8')).map(
      ([heading, commands]) => `echo; echo '## ${heading}'\n${commands}`,
    ),
  ].join('\n');
  const text = instead.reduce((so, [shown, real]) => so.replaceAll(shown, real), script);
  const { stdout } = await promisify(execFile)('bash', ['-c', text], {
    cwd: home.folder,
    env: {
      PATH: '/usr/bin:/bin',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      HOME: home.folder,
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.first!.apiKey,
      ...env,
    },
  });
  const parts = stdout.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part]));
}

/** The commands of each section, under its heading. */
function sectionsOf(guide: string): (readonly [heading: string, script: string])[] {
  return guide.split(/^## /m).flatMap((text): [string, string][] => {
    const scripts = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, script]) => script as string);
    return scripts.length === 0 ? [] : [[text.slice(0, text.indexOf('\n')), scripts.join('')]];
  });
}

/** What a guide promises, and who reads it. */
export interface DescribedGuide {
  readonly path: string;
  /** What each section prints; sections that run commands and are not here fail. */
  readonly prints: Readonly<Record<string, RegExp>>;
  /** Whether this machine has what the guide takes. */
  readonly isPossible?: boolean;
  readonly reader?: (home: Home, server: ServerProcess) => Reader;
  /** Looks at what the guide has left behind. */
  readonly more?: (home: () => Home) => void;
}

/** States a guide as a suite: it is followed from its beginning, against a server that was just made. */
export function describeGuide(about: string, guide: DescribedGuide): void {
  const { path, prints, isPossible = true, reader, more } = guide;
  describe.skipIf(!isPossible)(`the guide to ${about}`, () => {
    let home: Home;
    let server: ServerProcess;
    let printed: ReadonlyMap<string, string>;

    beforeAll(async () => {
      home = makeHome();
      server = await startServerProcess(home);
      printed = await runGuide(path, home, server, reader?.(home, server));
    });
    afterAll(async () => {
      await server.stop();
      home.remove();
    });

    it.each(Object.entries(prints))('%s', (heading, expected) => expect(printed.get(heading)).toMatch(expected));

    it('has no commands that nobody looked at', () =>
      expect([...printed.keys()].toSorted()).toEqual(Object.keys(prints).toSorted()));

    more?.(() => home);
  });
}

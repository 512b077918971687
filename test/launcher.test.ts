import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, GROUPS } from '../src/cli/commands.ts';
import { VERSION } from '../src/server/version.ts';

const root = resolve(import.meta.dirname, '..');
/** Debian's tools without any node that may be there. */
const TOOLS = ['sh', 'dirname', 'readlink'];

describe('bin/keystead', () => {
  let folder: string;
  let tools: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-launcher-'));
    tools = join(folder, 'tools');
    for (const name of ['installed/bin', 'installed/src', 'tools', 'old', 'new', 'elsewhere'])
      mkdirSync(join(folder, name), { recursive: true });
    cpSync(join(root, 'bin/keystead'), join(folder, 'installed/bin/keystead'));
    symlinkSync(join(folder, 'installed/bin/keystead'), join(folder, 'elsewhere/keystead'));
    for (const tool of TOOLS)
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(tools, tool),
      );
    for (const [name, version] of [
      ['old', '20.20.2'],
      ['new', '24.0.0'],
    ] as const)
      writeFileSync(
        join(folder, name, 'node'),
        `#!/bin/sh\nif [ "$1" = -p ]; then echo ${version}; else printf '%s|' "$@"; fi\n`,
        { mode: 0o755 },
      );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (command: string, path: string, ...args: string[]) =>
    spawnSync(command, args, { env: { PATH: path }, cwd: folder, encoding: 'utf8' });

  it('runs a clone on the Node that came with it, whatever the machine has', () => {
    const done = run(join(root, 'bin/keystead'), `${tools}:${join(folder, 'old')}`, '--version');
    expect([done.status, done.stdout, done.stderr]).toEqual([0, `${VERSION}\n`, '']);
  });

  it('runs elsewhere on the one in PATH, also by a link, with every word as it is', () => {
    const done = run(join(folder, 'elsewhere/keystead'), `${tools}:${join(folder, 'new')}`, 'key', 'a b', '');
    expect([done.status, done.stdout]).toEqual([0, `${join(folder, 'installed/src/main.ts')}|key|a b||`]);
  });

  it.each([
    [
      'an older one',
      'old',
      /needs Node 24 or newer, and \S+\/old\/node \(version 20\.20\.2\) is in PATH\. Run "npm ci" in \S+\/installed/,
    ],
    ['none', 'elsewhere', /needs Node 24 or newer, and no node is in PATH/],
  ])('says which Node it needs where there is %s', (_, path, message) => {
    const done = run(join(folder, 'installed/bin/keystead'), `${tools}:${join(folder, path)}`, 'serve');
    expect([done.status, done.stdout, done.stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it('needs the Node that package.json does', () => {
    const { engines, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
      bin: Record<string, string>;
    };
    expect([engines.node, bin]).toEqual(['>=24', { keystead: './bin/keystead' }]);
  });
});

describe('the documentation', () => {
  const pages = ['README.md', ...readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`)].filter(
    (name) => name.endsWith('.md'),
  );

  it.each(pages)('%s calls commands that there are, as they are called', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    expect(text).not.toMatch(/npx keystead|npm run keystead/);
    const known = [...COMMANDS.map(({ path }) => path), ...Object.keys(GROUPS), '--version', '--help'];
    const called = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, script = '']) =>
      [...script.matchAll(/(?:^|[|(;&] ?|\$\()\s*keystead ((?:[a-z][a-z-]*(?: |$))+)/gm)].map(([, words = '']) =>
        words.trim(),
      ),
    );
    const isKnown = (words: string): boolean =>
      known.some((path) => words === path || words.startsWith(`${path} `) || path.startsWith(`${words} `));
    expect(called.filter((words) => !isKnown(words))).toEqual([]);
  });
});

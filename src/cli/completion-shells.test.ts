import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './cli.fixture.ts';

const root = resolve(import.meta.dirname, '../..');
const PYTHON = '/usr/bin/python3';

/** Each way in which the program itself says that its script is put there. */
const WAYS: readonly [way: string, shell: readonly string[], file: string, setup: string][] = [
  [
    'bash, sourced',
    ['bash', '--noprofile', '--rcfile', 'bash/rc', '-i'],
    'bash/rc',
    'source <(keystead completion bash)\nPS1="READY> "\n',
  ],
  [
    'zsh, sourced',
    ['zsh', '-i'],
    '.zshrc',
    "autoload -Uz compinit; compinit -u -D\nsource <(keystead completion zsh)\nPS1='READY> '\n",
  ],
  [
    'zsh, by $fpath',
    ['zsh', '-i'],
    '.zshrc',
    "fpath=($HOME/functions $fpath)\nautoload -Uz compinit; compinit -u -D\nPS1='READY> '\n",
  ],
  [
    'fish, sourced',
    [
      'fish',
      '--no-config',
      '--init-command',
      'keystead completion fish | source; function fish_prompt; echo -n "READY> "; end',
    ],
    'none',
    '',
  ],
  ['fish, by its folder', ['fish', '--init-command', 'function fish_prompt; echo -n "READY> "; end'], 'none', ''],
];

const hasShells = ['zsh', 'fish'].every((shell) => spawnSync(shell, ['-c', 'true']).error === undefined);
if (!hasShells) process.stderr.write('SKIPPED: completion in shells needs the Debian packages zsh and fish\n');

describe.skipIf(!hasShells && process.env['KEYSTEAD_TEST_REQUIRE_ALL'] !== '1')(
  'completion, typed into the shell',
  () => {
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'keystead-shells-'));
      const program = `#!/bin/sh
case $1 in
  __complete | completion) exec ${join(root, 'bin/keystead')} "$@" ;;
esac
printf RAN; printf '[%s]' "$@"; echo NAR
`;
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/keystead'), program, { mode: 0o755 });
      writeFileSync(join(folder, 'a file with blanks'), '');
      for (const [at, shell] of [
        ['functions/_keystead', 'zsh'],
        ['.config/fish/completions/keystead.fish', 'fish'],
      ] as const) {
        mkdirSync(resolve(folder, at, '..'), { recursive: true });
        writeFileSync(join(folder, at), (await cli({}, 'completion', shell)).stdout);
      }
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each(WAYS)(
      '%s',
      async (_, shell, file, setup) => {
        mkdirSync(resolve(folder, file, '..'), { recursive: true });
        writeFileSync(join(folder, file), setup);
        const typed: readonly [line: string, called: string][] = [
          ['key alias ad', '[key][alias][add]'],
          ['key list --state dis', '[key][list][--state][disabled]'],
          ['key import k --material a', '[key][import][k][--material][a file with blanks]'],
        ];
        const env = {
          PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
          HOME: folder,
          ZDOTDIR: folder,
          TERM: 'xterm',
          LANG: 'C.UTF-8',
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        };
        const lines = typed.map(([line]) => line).join('\n');
        const driver = join(import.meta.dirname, 'typed-line.fixture.py');
        const { stdout } = await promisify(execFile)(PYTHON, [driver, shell.join('\n'), lines], { cwd: folder, env });
        expect(stdout.trim().split('\n')).toEqual(typed.map(([, called]) => called));
      },
      240_000,
    );
  },
);

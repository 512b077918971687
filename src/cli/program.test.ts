import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Captured, cli, jsonLines } from './cli.fixture.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { programOf } from './program.ts';

/** Every command of the tree that really runs something, by its full path. */
function leavesOf(command: Command, path: readonly string[] = []): Map<string, Command> {
  const leaves = command.commands.flatMap((child) => [...leavesOf(child, [...path, child.name()])]);
  return new Map(leaves.length === 0 ? [[path.join(' '), command]] : leaves);
}

const host = { env: {}, stdout: new Captured(), stderr: new Captured() };
const tree = leavesOf(programOf(host, '0', false, () => undefined));
const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guide/cli.md'), 'utf8');

describe('the tree of commands', () => {
  it('has exactly the commands of the list', () => {
    expect([...tree.keys()].toSorted()).toEqual(COMMANDS.map(({ path }) => path).toSorted());
  });

  it('is what the guide lists, with its exit codes', () => {
    const rows = [...guide.matchAll(/^\| `keystead ([a-z -]+?)(?: [<[][^`]*)?` \|/gm)].map(
      ([, path]) => path as string,
    );
    expect(rows.toSorted()).toEqual([...tree.keys()].toSorted());
    const codes = [...guide.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, about]) => [Number(code), about]);
    expect(codes).toEqual(Object.values(EXIT_CODES).map(({ code, about }) => [code, about]));
  });

  it('names a purpose for each group', () => {
    const groups = COMMANDS.map(({ path }) => path.split(' ').slice(0, -1).join(' ')).filter((group) => group !== '');
    for (const group of groups) expect(GROUPS).toHaveProperty([group]);
  });

  it.each(COMMANDS.map((command) => [command.path, command] as const))(
    '%s takes --json and its examples parse',
    (_, command) => {
      const leaf = tree.get(command.path) as Command;
      expect(leaf.options.map(({ long }) => long)).toContain('--json');
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) {
        const words = [...(example.split(' > ')[0] as string).matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, a, b]) => a ?? (b as string),
        );
        const path = command.path.split(' ');
        expect(words.slice(0, path.length)).toEqual(path);
        const { operands, unknown } = leaf.parseOptions(words.slice(path.length));
        expect(unknown).toEqual([]);
        const wanted = leaf.registeredArguments.filter(({ required }) => required).length;
        expect(operands.length).toBeGreaterThanOrEqual(wanted);
        const must = leaf.options.filter(({ mandatory }) => mandatory).map(({ long }) => long);
        expect(words).toEqual(expect.arrayContaining(must));
      }
    },
  );

  it('takes no secret as an option', () => {
    const flags = [...tree.values()].flatMap(({ options }) => options.map(({ long }) => long));
    expect(flags.filter((flag) => /secret|password|token(?!-file)|api-key(?!-file)/.test(flag ?? ''))).toEqual([]);
  });
});

describe('a command line that cannot be used', () => {
  it.each([
    ['no command', [], 'keystead --help'],
    ['an unknown command', ['kez'], 'keystead --help'],
    ['an unknown command of a group', ['key', 'shw'], 'keystead key --help'],
    ['a group alone', ['tenant', 'region'], 'keystead tenant region --help'],
    ['an unknown option', ['key', 'show', 'x', '--nope'], 'keystead key show --help'],
    ['a lacking argument', ['key', 'show'], 'keystead key show --help'],
    ['an argument too many', ['whoami', 'x'], 'keystead whoami --help'],
    ['a lacking option', ['tenant', 'create', 'x'], 'keystead tenant create --help'],
  ])('%s ends with 2 and says how it is called', async (_, args, hint) => {
    const ran = await cli({}, ...args, '--json');
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(jsonLines(ran.stderr)).toMatchObject([{ error: { code: 'usage', action: expect.stringContaining(hint) } }]);
  });

  it.each([['--help'], ['--version'], ['key --help'], ['help key'], ['key show --help']])(
    '%s ends with 0',
    async (line) => {
      const { exitCode, stdout, stderr } = await cli({}, ...line.split(' '));
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).not.toBe('');
    },
  );
});

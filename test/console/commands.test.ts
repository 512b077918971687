import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMAND_TABLES } from '../../console/src/commands/commands.ts';
import { shellLine } from '../../console/src/commands/shell-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { COMMON_OPTIONS } from '../../src/cli/session.ts';

/** What is wrong with words of a command line, as the command line would find it; nothing: it would take them. */
function problemOf(words: readonly string[]): string | undefined {
  const command = COMMANDS.filter(({ path }) => `${words.join(' ')} `.startsWith(`${path} `)).toSorted(
    (a, b) => b.path.length - a.path.length,
  )[0];
  if (command === undefined) return `there is no command ${words.join(' ')}`;
  const rows = [...(command.requiredOptions ?? []), ...(command.options ?? []), ...COMMON_OPTIONS[command.reach]];
  const takesValue = new Map(
    rows.map(([flags]) => [/--[\w-]+/.exec(flags)?.[0] as string, /[<[]/.test(flags)] as const),
  );
  takesValue.set('--json', false);
  const rest = words.slice(command.path.split(' ').length);
  const given: string[] = [];
  const values: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] as string;
    if (!word.startsWith('--')) values.push(word);
    else if (!takesValue.has(word)) return `${command.path} has no option ${word}`;
    else {
      given.push(word);
      if (takesValue.get(word) === true) at++;
    }
  }
  const missing = (command.requiredOptions ?? []).find(([flags]) => !given.some((option) => flags.includes(option)));
  if (missing) return `${command.path} lacks ${missing[0]}`;
  const names = (command.arguments ?? []).map(([name]) => name);
  const needed = names.filter((name) => name.startsWith('<')).length;
  const isOpen = names.some((name) => name.includes('...'));
  if (values.length < needed || (!isOpen && values.length > names.length))
    return `${command.path} takes ${names.join(' ')}, not ${values.join(' ')}`;
  return undefined;
}

describe('commands that the console shows beside what it does', () => {
  const rows = COMMAND_TABLES.flatMap((table) => Object.entries(table));

  it.each(rows)('%s is one that there is', (_, make) => {
    const placeholders = Array.from({ length: make.length }, (__, index) => `value-${index}`);
    expect(problemOf(make(...placeholders))).toBeUndefined();
  });

  it.each([
    ['what a shell would obey', ['$(touch x)', '`id`', '; id', '*', '~', '', "it's", 'a b', '"', '\\', '!!', '#']],
    ['what a terminal would obey', ['a\u0003\ntouch x\n', '\u001b[201~\rid\r', "\t'\\\u007f", '\u009b31m', 'ü\n€']],
    ['what is not seen', ['\u202egnp.exe', 'a\u200bb', '\u2028', '\ufeff\u{e0041}']],
  ])('bear %s as one word each, in characters that are seen', (_, words) => {
    const line = shellLine(words);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const told = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
    expect(told.split('\0').slice(0, -1)).toEqual(words);
  });

  it('would not do for others', () => {
    expect(problemOf(['key', 'explode', 'x'])).toContain('no command');
    expect(problemOf(['key', 'show', 'x', '--colour'])).toContain('no option');
    expect(problemOf(['key', 'show'])).toContain('takes');
  });
});

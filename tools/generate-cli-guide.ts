import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CliCommand } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { SETTING_ROWS } from '../src/cli/commands/serve.ts';
import { EXIT_CODES } from '../src/cli/exit-codes.ts';
import type { Generator } from './generator.ts';

const OUTPUT = 'docs/guide/cli.md';

/** The lists of commands, settings and exit codes in the guide to the command line. The rest of the page is written by hand. */
export const cliGuide: Generator = {
  name: 'guide to the command line',
  generate: () => {
    const page = readFileSync(resolve(import.meta.dirname, '..', OUTPUT), 'utf8');
    const tables = { 'exit codes': exitCodes(), settings: settings(), commands: commands() };
    const text = Object.entries(tables).reduce((filled, [name, table]) => fill(filled, name, table), page);
    return [{ path: OUTPUT, text }];
  },
};

/** Replaces what stands between a mark and the next end. */
function fill(page: string, name: string, text: string): string {
  const mark = `<!-- ${name}: written by tools/generate-cli-guide.ts -->\n`;
  const from = page.indexOf(mark) + mark.length;
  const to = page.indexOf('<!-- end -->', from);
  if (from < mark.length || to < 0) throw new Error(`${OUTPUT} has no place for the ${name}`);
  return `${page.slice(0, from)}\n${text}\n\n${page.slice(to)}`;
}

function exitCodes(): string {
  return table(
    ['code', 'meaning'],
    Object.values(EXIT_CODES).map(({ code, about }) => [String(code), about]),
  );
}

function settings(): string {
  return table(
    ['setting', 'what (default)'],
    SETTING_ROWS.map(([name, about]) => [`\`${name}\``, about]),
  );
}

function commands(): string {
  return table(
    ['command', 'what it does', 'options of its own'],
    COMMANDS.map((command) => [`\`${synopsis(command)}\``, command.summary, options(command)]),
  );
}

function synopsis({ path, arguments: names = [] }: CliCommand): string {
  return ['keystead', path, ...names.map(([name]) => name)].join(' ');
}

function options({ requiredOptions = [], options: others = [] }: CliCommand): string {
  return [...requiredOptions, ...others].map(([flags]) => `\`${flags}\``).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

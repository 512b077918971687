import { Command } from 'commander';
import { Given, type CliCommand, type Row, type Session } from './command.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';
import type { CliHost } from './host.ts';
import { COMMON_OPTIONS, openSession } from './session.ts';

const NAME = 'keystead';

/** Builds the whole tree of commands from their list. `finish` hears how the one that ran ended. */
export function programOf(host: CliHost, version: string, isJson: boolean, finish: (exit: ExitName) => void): Command {
  const program = new Command(NAME)
    .description('Bring your own key: a key management service, and a backup vault that only your key opens.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      // The help of a group that was called without a command. A program gets the error alone.
      writeErr: (text) => void (isJson || host.stderr.write(text)),
      // Errors are told in one place, in one form.
      outputError: () => undefined,
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    })
    .addHelpText('after', exitCodeHelp());
  for (const command of COMMANDS) addCommand(program, command, (given) => openSession(host, given), finish);
  return program;
}

function addCommand(
  program: Command,
  command: CliCommand,
  open: (given: Given) => Session,
  finish: (exit: ExitName) => void,
): void {
  const names = command.path.split(' ');
  const leaf = parentOf(program, names.slice(0, -1)).command(names.at(-1) as string);
  leaf.description(`${command.summary}.`);
  for (const [name, about] of command.arguments ?? []) leaf.argument(name, about);
  for (const [flags, about] of command.requiredOptions ?? []) leaf.requiredOption(flags, about);
  for (const [flags, about] of command.options ?? []) leaf.option(flags, about);
  for (const [flags, about] of COMMON_OPTIONS[command.reach]) leaf.option(flags, about);
  leaf.option('--json', 'one JSON object a line on standard output, and nothing else');
  if (command.settings) leaf.addHelpText('after', settingsHelp(command.settings));
  leaf.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${NAME} ${line}`).join('\n')}`);
  leaf.action(async () => finish((await command.run(open(givenOf(leaf, command.arguments ?? [])))) ?? 'ok'));
}

/** The group that a command belongs to, made when its first command comes. */
function parentOf(program: Command, names: readonly string[]): Command {
  let at = program;
  for (const [depth, name] of names.entries()) {
    const found = at.commands.find((command) => command.name() === name);
    const path = names.slice(0, depth + 1).join(' ');
    at = found ?? at.command(name).description(GROUPS[path] ?? path);
  }
  return at;
}

/** Options by their long names, arguments by theirs. */
function givenOf(leaf: Command, rows: readonly Row[]): Given {
  const values = new Map<string, unknown>();
  for (const option of leaf.options) values.set(option.name(), leaf.getOptionValue(option.attributeName()));
  for (const [index, [name]] of rows.entries())
    values.set(name.replaceAll(/[<>[\].]/g, ''), leaf.processedArgs[index] as unknown);
  return new Given(values);
}

function settingsHelp(settings: readonly Row[]): string {
  return `\nSettings, in the environment:\n${settings.map(([name, about]) => `  ${name}\n      ${about}`).join('\n')}`;
}

function exitCodeHelp(): string {
  const lines = Object.values(EXIT_CODES).map(({ code, about }) => `  ${String(code).padStart(3)}  ${about}`);
  return `\nExit codes:\n${lines.join('\n')}\n\nEach command shows its options and examples with --help.`;
}

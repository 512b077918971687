import { CommanderError } from 'commander';
import { VERSION } from '../server/version.ts';
import { COMMANDS } from './commands.ts';
import { tell } from './errors.ts';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';
import { processHost, type CliHost } from './host.ts';
import { writeError } from './output.ts';
import { programOf } from './program.ts';
import { arrived, isOverForNobody } from './results.ts';

/**
 * Runs one command line, without the program's name. Answers the exit code: see `exit-codes.ts`. Results go to
 * standard output; errors go to standard error, with `--json` as a JSON object.
 */
export async function runCli(args: readonly string[], host: CliHost = processHost()): Promise<number> {
  let exit: ExitName = 'ok';
  const isJson = args.includes('--json');
  const program = programOf(host, VERSION, isJson, (ended) => {
    exit = ended;
  });
  try {
    try {
      await program.parseAsync(args, { from: 'user' });
    } finally {
      await arrived(host.stdout);
    }
    return EXIT_CODES[exit].code;
  } catch (error) {
    if (error instanceof CommanderError) return tellUsage(host, isJson, error, args);
    if (isOverForNobody(host.stdout, error)) return EXIT_CODES.ok.code;
    const told = tell(error);
    writeError(host.stderr, isJson, told);
    if (host.env['KEYSTEAD_DEBUG'] !== undefined && error instanceof Error)
      host.stderr.write(`${error.stack ?? error.message}\n`);
    return told.exitCode;
  }
}

function tellUsage(host: CliHost, isJson: boolean, error: CommanderError, args: readonly string[]): number {
  // Help or the version was asked for, and shown.
  if (error.exitCode === 0) return EXIT_CODES.ok.code;
  // A group without its command: its help was shown on standard error.
  const message =
    error.code === 'commander.help'
      ? 'a command is missing'
      : error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const action = `Run "${['keystead', ...knownPart(args), '--help'].join(' ')}" to see how it is called.`;
  writeError(host.stderr, isJson, { exitCode: EXIT_CODES.usage.code, code: 'usage', message, action });
  return EXIT_CODES.usage.code;
}

/** How much of the command line is the name of a command or of a group. */
function knownPart(args: readonly string[]): readonly string[] {
  const paths = COMMANDS.map(({ path }) => `${path} `);
  const isKnown = (length: number) => paths.some((path) => path.startsWith(`${args.slice(0, length).join(' ')} `));
  let length = 0;
  while (length < args.length && isKnown(length + 1)) length++;
  return args.slice(0, length);
}

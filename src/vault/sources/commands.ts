import { VaultError } from '../errors.ts';
import { endingOf, startProgram } from '../program.ts';

/** How long a command may take, where nobody says otherwise. */
const COMMAND_TIMEOUT_MS = 60 * 60_000;
const PASSED_ON = ['PATH', 'TMPDIR', 'TZ', 'LANG', 'HOME'];

/** What came of a command before or after the reading. */
export interface CommandReport {
  readonly when: 'before' | 'after';
  readonly program: string;
  /** How it ended, for people: `ended with exit code 0`. */
  readonly ending: string;
  readonly succeeded: boolean;
  readonly durationMs: number;
  /** The last of what it wrote, at most 4 KiB. */
  readonly output: string;
}

/**
 * Refuses a command that is no program with arguments, or not one of those that may be run.
 *
 * @param allowed absolute paths of programs; absent: any, where whoever asks could run it anyway
 * @throws {VaultError} `command-not-allowed`
 */
export function refuseCommand(command: readonly string[], allowed?: readonly string[]): void {
  const [program = ''] = command;
  const isSound = program.startsWith('/') && command.every((part) => !part.includes('\0'));
  if (isSound && (allowed === undefined || allowed.includes(program))) return;
  const names = allowed === undefined || allowed.length === 0 ? 'none is set' : `they are ${allowed.join(', ')}`;
  const why = isSound ? `is not one of those (${names})` : 'is no absolute path of one';
  throw new VaultError('command-not-allowed', `The command ${JSON.stringify(program)} ${why}`);
}

/**
 * Runs a program with its arguments, without a shell, and waits for it. It gets the name of the source and what came of
 * the reading in `KEYSTEAD_SOURCE` and `KEYSTEAD_OUTCOME`, and no secret. Never rejects.
 */
export async function runCommand(
  when: CommandReport['when'],
  command: readonly string[],
  options: {
    readonly source: string;
    readonly outcome?: string;
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
  },
): Promise<CommandReport> {
  const [program = '', ...args] = command;
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const { source, outcome, timeoutMs = COMMAND_TIMEOUT_MS, signal } = options;
  const end = await startProgram({
    command: program,
    args,
    environment: {
      ...(Object.fromEntries(passed) as Record<string, string>),
      KEYSTEAD_SOURCE: source,
      ...(outcome !== undefined && { KEYSTEAD_OUTCOME: outcome }),
    },
    output: 'tail',
    timeoutMs,
    cwd: '/',
    ...(signal && { signal }),
  }).ended;
  const { exitCode, durationMs, tail } = end;
  return { when, program, ending: endingOf(end), succeeded: exitCode === 0, durationMs, output: tail };
}

/** @throws {VaultError} `command-failed` unless the command succeeded */
export function refuseFailure({ when, program, ending, succeeded, output }: CommandReport): void {
  if (succeeded) return;
  const said = output === '' ? '' : `. It wrote: ${output}`;
  throw new VaultError(
    'command-failed',
    `The command ${when} the backup, ${program}, ${ending}${said}`.replace(/\.$/, ''),
  );
}

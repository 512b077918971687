import { KeysteadError } from '@keystead/sdk';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';

/** An error of the CLI's own: what was wrong with the call, and what would be right. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitName;
  readonly code: string;
  readonly action: string;

  constructor(exit: ExitName, code: string, message: string, action: string) {
    super(message);
    this.exit = exit;
    this.code = code;
    this.action = action;
  }
}

/** What is told of an error on standard error. */
export interface Told {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly action?: string;
  readonly requestId?: string;
}

/** Errors of other rooms that mean more than "failed". Their messages say what to do. */
const EXITS_BY_NAME: Readonly<Record<string, ExitName>> = {
  ConfigError: 'usage',
  LogInvalidError: 'damaged',
  LogMismatchError: 'damaged',
  StateCheckError: 'damaged',
  SignerError: 'damaged',
  NotAuthenticError: 'damaged',
};

/** What to do about errors of the operating system. */
const SYSTEM_ACTIONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another process listens there: stop it, or choose another address by KEYSTEAD_LISTEN.',
  EACCES: 'Run as a user who may read and write there, or name another folder.',
  EPERM: 'Run as a user who may read and write there, or name another folder.',
  ENOENT: 'Check the path: there is no such file or folder.',
  EEXIST: 'Name a path where nothing is yet.',
  ENOTEMPTY: 'Name an empty folder.',
  ENOSPC: 'Make room on that disk.',
  EROFS: 'That disk is read-only: name another one.',
};

/** Brings any error into one form. */
export function tell(error: unknown): Told {
  if (error instanceof CliError) {
    const { exit, code, message, action } = error;
    return { exitCode: EXIT_CODES[exit].code, code, message, action };
  }
  if (error instanceof KeysteadError) return tellRefusal(error);
  const { name, message, code } = error as Error & { readonly code?: unknown };
  const exit = EXITS_BY_NAME[name] ?? 'failed';
  const system = typeof code === 'string' ? SYSTEM_ACTIONS[code] : undefined;
  return {
    exitCode: EXIT_CODES[exit].code,
    code: typeof code === 'string' ? code : kebab(name),
    message,
    ...(system !== undefined && { action: system }),
  };
}

/** What a person at the command line does about a refusal, where the server's advice is for programs. */
const COMMAND_ACTIONS: Readonly<Record<string, string>> = {
  'invalid-request': 'Correct it; the command with --help shows what it takes.',
};

function tellRefusal(refusal: KeysteadError): Told {
  const { status, code, message, requestId } = refusal;
  const action = COMMAND_ACTIONS[code] ?? refusal.action;
  const exit = status === 0 || code === 'not-keystead' ? 'unreachable' : 'failed';
  return {
    exitCode: EXIT_CODES[exit].code,
    code,
    message,
    ...(action !== undefined && { action }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** `StateCheckError` as `state-check`. */
function kebab(name: string): string {
  return name
    .replace(/Error$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase();
}

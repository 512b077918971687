import { KeysteadError } from '@keystead/sdk';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';
import { systemError } from './system-errors.ts';

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

/** Brings any error into one form. */
export function tell(error: unknown): Told {
  if (error instanceof CliError) {
    const { exit, code, message, action } = error;
    return { exitCode: EXIT_CODES[exit].code, code, message, action };
  }
  if (error instanceof KeysteadError) return tellRefusal(error);
  const { name, message, code } = error as Error & { readonly code?: unknown };
  const exit = EXITS_BY_NAME[name] ?? 'failed';
  const system = systemError(error);
  return {
    exitCode: EXIT_CODES[exit].code,
    code: typeof code === 'string' ? code : kebab(name),
    message: system === undefined ? message : inWords(error as NodeJS.ErrnoException, system.why),
    ...(system !== undefined && { action: system.action }),
  };
}

/** What the operating system refused, by its path or address. */
function inWords({ path, syscall, message }: NodeJS.ErrnoException, why: string): string {
  if (path === undefined) return syscall === 'listen' ? `${message.replace(/^listen \w+: /, '')}: ${why}` : message;
  return `${path} cannot be used (${syscall}): ${why}`;
}

/** What a person at the command line does about a refusal, where the server's advice is for programs. */
const COMMAND_ACTIONS: Readonly<Record<string, string>> = {
  'invalid-request': 'Correct it; the command with --help shows what it takes.',
  unauthenticated:
    'Give one that counts here, by KEYSTEAD_API_KEY or --api-key-file: not suspended, and of this installation.',
  'authorization-missing':
    'Have somebody else run "keystead key authorize-deletion" with this key, and delete it within seven days.',
};

const UNTRUSTED = 'Its certificate is not trusted: name the CA in PEM by NODE_EXTRA_CA_CERTS, if it is yours.';
/** What to do where the connection was not made, by the code at the end of the message. */
const CONNECTION_ACTIONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: 'Its certificate has expired: the server reads a new one from the same files by itself.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name: call the server by the one that it bears.',
  UND_ERR_SOCKET: 'Something listens there, but does not speak http: the address may have to begin with https://.',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'Something listens there, but does not speak https: the address may have to begin with http://.',
};

/** Members of requests that are options of commands under another name. */
const OPTIONS: Readonly<Record<string, string>> = {
  keyId: 'the key',
  grantId: 'the grant',
  credentialId: 'the credential',
  region: '--region',
  spec: '--spec',
  usage: '--usage',
  grantee: '--grantee',
  action: '--action',
  windowDays: '--days',
  periodDays: '--every',
  maxSessionSeconds: '--max-session',
  lifetimeSeconds: '--lifetime',
  perSecond: '--per-second',
  xksKeyId: '--xks-key-id',
  pathPrefix: '--path-prefix',
};

/** The server speaks of members of a body or a path; whoever typed a command knows its options. */
function inOptions(message: string): string {
  return message.replace(/^the (?:body|path|query) was refused: (\w+) /, (whole, member: string) => {
    const option = Object.hasOwn(OPTIONS, member) ? OPTIONS[member] : undefined;
    return option === undefined ? whole : `${option} was refused: it `;
  });
}

function tellRefusal(refusal: KeysteadError): Told {
  const { status, code, requestId } = refusal;
  const message = code === 'invalid-request' ? inOptions(refusal.message) : refusal.message;
  const connection = status === 0 ? CONNECTION_ACTIONS[/\w+$/.exec(message)?.[0] ?? ''] : undefined;
  const action = connection ?? COMMAND_ACTIONS[code] ?? refusal.action;
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

import type { Readable, Writable } from 'node:stream';
import type { EgressGuard } from '../../clients/egress.ts';
import { refuseAborted, VaultError, type VaultErrorCode } from '../errors.ts';
import { endingOf, startProgram, type Program } from '../program.ts';
import { addressOf, clientEnvironment, type PostgresConnection } from './connection.ts';
import { installedTools, toolsFor, type PostgresTools } from './tools.ts';

/** A name in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, whatever the server's setting for backslashes. */
export function quoteText(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Runs PostgreSQL's own programs against one server. */
export class PostgresClient {
  readonly #connection: PostgresConnection;
  readonly #guard: EgressGuard;
  readonly #signal: AbortSignal;
  #address: Promise<string | undefined> | undefined;
  #tools: readonly PostgresTools[] | undefined;

  constructor(connection: PostgresConnection, guard: EgressGuard, signal: AbortSignal) {
    this.#connection = connection;
    this.#guard = guard;
    this.#signal = signal;
  }

  /** The programs for a server of this version. @throws {VaultError} `source-failed` */
  async tools(major: number): Promise<PostgresTools> {
    this.#tools ??= await installedTools();
    return toolsFor(major, this.#tools);
  }

  /**
   * What SQL answers, as text: one column of one row. `database` is connected to. It goes in over the standard input: what a
   * database is set to may be a secret, and arguments can be seen by everybody on the machine. Statements with `\;` between
   * them are one request, and so one transaction.
   *
   * @throws {VaultError} `source-failed` with what the server says
   */
  async query(database: string, sql: string): Promise<string> {
    this.#tools ??= await installedTools();
    const psql = this.#tools.at(-1)?.psql ?? toolsFor(0, this.#tools).psql;
    const args = [...PSQL, '--tuples-only', '--no-align'];
    const program = await this.start(psql, args, { database, output: 'stream', input: true });
    const pieces: Buffer[] = [];
    const asked = feed(program.stdin as Writable, once(Buffer.from(`${sql};\n`)));
    for await (const piece of program.stdout as Readable) pieces.push(piece as Buffer);
    await asked;
    await this.settled(program, 'The PostgreSQL server could not be asked');
    return Buffer.concat(pieces).toString('utf8').trim();
  }

  /** Starts one of the programs. */
  async start(
    command: string,
    args: readonly string[],
    options: { readonly database?: string; readonly output: 'stream' | 'tail'; readonly input?: boolean },
  ): Promise<Program> {
    refuseAborted(this.#signal);
    this.#address ??= addressOf(this.#connection, this.#guard);
    const environment = clientEnvironment(this.#connection, await this.#address, options.database);
    const { output, input = false } = options;
    return startProgram({ command, args, environment, output, input, signal: this.#signal });
  }

  /** Waits for a program's end. @throws {VaultError} `code` unless it ended well */
  async settled(program: Program, what: string, code: VaultErrorCode = 'source-failed'): Promise<void> {
    const end = await program.ended;
    if (end.exitCode === 0) return;
    refuseAborted(this.#signal);
    const why = end.tail === '' ? '' : `: ${end.tail}`;
    throw new VaultError(code, `${what}: the program ${endingOf(end)}${why}`.replace(/\.$/, ''));
  }
}

/** psql without the own settings of whoever runs this process; the first error ends it. */
export const PSQL: readonly string[] = ['--no-psqlrc', '--no-password', '--quiet', '--set=ON_ERROR_STOP=1'];

/** Writes everything to a program's input, as fast as it takes it; stops when the program is gone. */
export async function feed(input: Writable, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (input.destroyed || input.errored) return;
    if (!input.write(piece)) await drained(input);
  }
  await new Promise<void>((done) => input.end(() => done()));
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, undefined> {
  yield bytes;
  return undefined;
}

async function drained(input: Writable): Promise<void> {
  await new Promise<void>((done) => {
    const settle = (): void => {
      input.off('drain', settle).off('close', settle).off('error', settle);
      done();
    };
    input.on('drain', settle).on('close', settle).on('error', settle);
  });
}

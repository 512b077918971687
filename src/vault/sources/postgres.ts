import type { Readable } from 'node:stream';
import type { EgressGuard } from '../../clients/egress.ts';
import { VaultError } from '../errors.ts';
import { PostgresClient } from '../postgres/client.ts';
import { DATABASES, dumpName, encodeServerFile, GLOBALS, SERVER } from '../postgres/layout.ts';
import { askServer, type DatabaseFacts, type ServerFacts } from '../postgres/server.ts';
import type { PostgresTools } from '../postgres/tools.ts';
import { madeFile, madeFolder } from './made-entry.ts';
import { PieceReader } from './piece-reader.ts';
import type { PostgresSpec } from './source-spec.ts';
import {
  SourceError,
  type Source,
  type SourceEntry,
  type SourceFile,
  type SourcePath,
  type SourceReport,
} from './source.ts';

/** What `begin` found out. */
interface Begun {
  readonly client: PostgresClient;
  readonly tools: PostgresTools;
  readonly facts: ServerFacts;
  /** Dumps by the paths of their files. */
  readonly databases: ReadonlyMap<string, DatabaseFacts>;
  readonly server: Buffer;
  readonly timeMs: number;
}

/** No compression: the vault compresses, and equal rows of two dumps are to be equal bytes. */
const DUMP = ['--format=custom', '--compress=0', '--no-password'];
const DUMP_GLOBALS = ['--globals-only', '--no-password'];

/**
 * The databases of a PostgreSQL server, each as its own pg_dump writes it, and its roles. A dump is one consistent state
 * of its database, streamed and never on disk; two databases are of two moments, since no server knows a moment of all of them. A
 * program that fails ends the run: there is no snapshot with half a dump.
 */
export class PostgresSource implements Source {
  readonly name: string;
  readonly #spec: PostgresSpec;
  readonly #guard: EgressGuard;
  #begun: Begun | undefined;
  #warnings: string[] = [];

  constructor(spec: PostgresSpec, guard: EgressGuard) {
    this.name = spec.name;
    this.#spec = spec;
    this.#guard = guard;
  }

  async begin(signal: AbortSignal): Promise<void> {
    const timeMs = Date.now();
    const client = new PostgresClient(this.#spec, this.#guard, signal);
    const all = await askServer(client, this.#spec.databases);
    const facts = { ...all, databases: this.#chosen(all) };
    const tools = await client.tools(facts.major);
    const databases = new Map(facts.databases.map((one) => [`${DATABASES}/${dumpName(one.name)}`, one]));
    const server = encodeServerFile(facts, tools.major);
    if (!facts.superuser) {
      this.#warnings.push(
        `The user ${this.#spec.user} is no superuser: ${GLOBALS} has the roles without their passwords`,
      );
    }
    this.#begun = { client, tools, facts, databases, server, timeMs };
  }

  end(): SourceReport {
    return { warnings: this.#warnings };
  }

  list(folder: SourcePath): Buffer[] {
    const { databases } = this.#state();
    const at = folder.toString('utf8');
    if (at === '') return [DATABASES, GLOBALS, SERVER].map((name) => Buffer.from(name));
    if (at !== DATABASES) throw new SourceError('vanished');
    const names = [...databases.keys()].map((path) => Buffer.from(path.slice(DATABASES.length + 1)));
    return names.toSorted((a, b) => Buffer.compare(a, b));
  }

  entry(path: SourcePath): SourceEntry {
    const { databases, server, timeMs } = this.#state();
    const at = path.toString('utf8');
    const name = Buffer.from(at.slice(at.lastIndexOf('/') + 1));
    if (at === DATABASES) return madeFolder(name, timeMs);
    if (at === SERVER) return madeFile(name, timeMs, server.length);
    if (at === GLOBALS || databases.has(at)) return madeFile(name, timeMs);
    throw new SourceError('vanished');
  }

  async open(path: SourcePath): Promise<SourceFile> {
    const { client, tools, facts, databases, server } = this.#state();
    const at = path.toString('utf8');
    const entry = (): SourceEntry => this.entry(path);
    if (at === SERVER) return fileOf(new PieceReader(once(server)), entry);
    if (at === GLOBALS) {
      const passwords = facts.superuser ? [] : ['--no-role-passwords'];
      // pg_dumpall connects to a database too, and to one that it is allowed into.
      const database = facts.databases[0]?.name ?? 'postgres';
      const pieces = written(client, tools.pgDumpAll, [...DUMP_GLOBALS, ...passwords], database, 'The roles');
      return fileOf(new PieceReader(pieces), entry);
    }
    const database = databases.get(at);
    if (!database) throw new SourceError('vanished');
    const pieces = written(client, tools.pgDump, DUMP, database.name, `The database ${database.name}`);
    return fileOf(new PieceReader(pieces), entry);
  }

  #state(): Begun {
    if (this.#begun) return this.#begun;
    throw new VaultError('source-failed', 'The PostgreSQL server has not been asked yet');
  }

  #chosen({ databases }: ServerFacts): DatabaseFacts[] {
    const wanted = this.#spec.databases;
    if (wanted === undefined) {
      const closed = databases.filter(({ connectable }) => !connectable).map(({ name }) => name);
      if (closed.length > 0) {
        this.#warnings.push(`The user ${this.#spec.user} may not connect to ${closed.join(', ')}: not in the snapshot`);
      }
      return databases.filter(({ connectable }) => connectable);
    }
    return [...new Set(wanted)].map((name) => {
      const found = databases.find((one) => one.name === name);
      if (found?.connectable === true) return found;
      const why = found ? `may not be connected to by ${this.#spec.user}` : 'is not on the server';
      throw new VaultError('source-failed', `The database ${name} ${why}`);
    });
  }
}

/** What a program writes, to its end; rejects unless that was a good end. Stopped when nobody reads on. */
async function* written(
  client: PostgresClient,
  command: string,
  args: readonly string[],
  database: string,
  what: string,
): AsyncGenerator<Uint8Array, undefined> {
  const program = await client.start(command, args, { database, output: 'stream' });
  try {
    for await (const piece of program.stdout as Readable) yield piece as Uint8Array;
    await client.settled(program, `${what} could not be dumped`);
  } finally {
    program.stop();
    await program.ended;
  }
  return undefined;
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
  return undefined;
}

function fileOf(pieces: PieceReader, entry: () => SourceEntry): SourceFile {
  return { read: (into) => pieces.read(into), entry, close: () => pieces.close() };
}

import type { EgressGuard } from '../../clients/egress.ts';
import { VaultError } from '../errors.ts';
import { Progress, type OnProgress } from '../progress.ts';
import type { Repository } from '../repository.ts';
import { SnapshotReader } from '../snapshot-reader.ts';
import type { FileEntry } from '../format/tree.ts';
import { PostgresClient } from './client.ts';
import type { PostgresConnection } from './connection.ts';
import { DATABASES, decodeServerFile, dumpName, GLOBALS, SERVER, type ServerFile } from './layout.ts';
import { refuseUsed, restoreDatabase } from './restore-database.ts';
import { restoreProperties } from './restore-properties.ts';
import { restoreRoles } from './restore-roles.ts';
import { askServer, type DatabaseFacts } from './server.ts';

const MAX_GLOBALS = 64 << 20;

/** Which database of a snapshot goes where. */
export interface DatabaseChoice {
  readonly database: string;
  /** By default the same name. */
  readonly into?: string;
}

export interface RestorePostgresOptions {
  readonly repository: Repository;
  readonly snapshotId: string;
  readonly to: PostgresConnection;
  readonly guard: EgressGuard;
  /** All of the snapshot's by default. */
  readonly databases?: readonly DatabaseChoice[];
  /** Whether to make the roles that the server does not have. */
  readonly roles?: boolean;
  /** Whether things get their owners and rights (the default); else all is of the user who restores. */
  readonly owners?: boolean;
  /** Lets a database be restored into that is not empty: what the dump has is replaced, the rest of it stays. */
  readonly replaceExisting?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface RestorePostgresReport {
  readonly snapshotId: string;
  /** The databases, by the names that they have now. */
  readonly databases: readonly string[];
  readonly bytes: number;
  readonly durationMs: number;
  readonly warnings: readonly string[];
}

/** One dump and where it goes. */
interface Plan {
  readonly facts: DatabaseFacts;
  readonly into: string;
  readonly isThere: boolean;
  readonly file: FileEntry;
}

/**
 * Restores databases of a snapshot into a running server, without a byte of them on this machine's disk. Every byte is
 * verified before it goes to pg_restore, and everything that can be refused is refused before the first one does.
 */
export async function restorePostgres(options: RestorePostgresOptions): Promise<RestorePostgresReport> {
  const { repository, snapshotId, to, guard, signal = new AbortController().signal } = options;
  const startedAt = repository.clock.monotonicMs();
  const reader = await SnapshotReader.open(repository, snapshotId, { signal });
  try {
    const server = await serverFileOf(reader);
    const client = new PostgresClient(to, guard, signal);
    const all = server.databases.map(({ name }): DatabaseChoice => ({ database: name }));
    const choices = options.databases ?? all;
    const there = await askServer(
      client,
      choices.map(({ database, into }) => into ?? database),
    );
    const tools = await client.tools(Math.max(server.tools, there.major));
    const plans = await plansOf(reader, server, choices, new Set(there.databases.map(({ name }) => name)));
    const replaceExisting = options.replaceExisting ?? false;
    if (!replaceExisting) for (const { into, isThere } of plans) if (isThere) await refuseUsed(client, into);
    const open = there.databases.flatMap(({ name, connectable }) => (connectable ? [name] : []));
    // Another one may have settings of its own, such as that nothing is written in it.
    const maintenance = open.includes('postgres') ? 'postgres' : (open[0] ?? 'postgres');
    const total = plans.reduce((sum, { file }) => sum + file.size, 0);
    using progress = new Progress(options.onProgress, repository.clock, total);
    const warnings: string[] = [];
    if (options.roles === true) {
      const script = (await whole(reader, GLOBALS)).toString('utf8');
      const { kept, refusals } = await restoreRoles(client, tools, maintenance, script);
      if (kept.length > 0) warnings.push(`Roles that the server has already are as they were: ${kept.join(', ')}`);
      if (refusals !== '') warnings.push(`The server did not take all of the roles: ${refusals}`);
    }
    for (const { facts, into, isThere, file } of plans) {
      await restoreDatabase({
        client,
        // What a stopped restore has made is dropped all the same.
        cleaner: new PostgresClient(to, guard, new AbortController().signal),
        tools,
        maintenance,
        facts,
        into,
        isThere,
        owners: options.owners ?? true,
        dump: counted(reader.content(file), progress),
      });
      progress.files++;
      const owners = options.owners ?? true;
      if (!isThere) warnings.push(...(await restoreProperties({ client, maintenance, facts, into, owners })));
      else if (facts.settings !== undefined || facts.rights !== undefined) {
        warnings.push(`The database ${into} was there: its own settings and the rights on it are as they were`);
      }
    }
    progress.tell('restore', true);
    return {
      snapshotId,
      databases: plans.map(({ into }) => into),
      bytes: progress.bytes,
      durationMs: Math.round(repository.clock.monotonicMs() - startedAt),
      warnings,
    };
  } finally {
    await reader.close();
  }
}

/** @throws {VaultError} `path-missing` it is a snapshot of something else, or has no such database */
async function plansOf(
  reader: SnapshotReader,
  server: ServerFile,
  choices: readonly DatabaseChoice[],
  there: ReadonlySet<string>,
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const { database, into = database } of choices) {
    const facts = server.databases.find(({ name }) => name === database);
    if (!facts) {
      const names = server.databases.map(({ name }) => name).join(', ');
      throw new VaultError(
        'path-missing',
        `The snapshot has no database ${database}; it has ${names}`,
        undefined,
        'Name one of these; case counts.',
      );
    }
    if (plans.some((plan) => plan.into === into)) {
      throw new VaultError(
        'destination-not-empty',
        `Two databases would be restored into ${into}`,
        undefined,
        'Give each a name of its own (--database NAME=OTHER).',
      );
    }
    const file = await reader.file(`${DATABASES}/${dumpName(database)}`);
    plans.push({ facts, into, isThere: there.has(into), file });
  }
  return plans;
}

async function serverFileOf(reader: SnapshotReader): Promise<ServerFile> {
  const bytes = await whole(reader, SERVER).catch((error: unknown) => {
    if (!(error instanceof VaultError) || error.code !== 'path-missing') throw error;
    throw new VaultError(
      'path-missing',
      `The snapshot is not one of a PostgreSQL server: it has no ${SERVER}`,
      error,
      'Choose a snapshot of a PostgreSQL source (--source); "keystead vault restore" restores files.',
    );
  });
  return decodeServerFile(bytes);
}

async function whole(reader: SnapshotReader, path: string): Promise<Buffer> {
  const file = await reader.file(path);
  if (file.size > MAX_GLOBALS) throw new VaultError('malformed', `The snapshot's ${path} is too long to be one`);
  const pieces: Buffer[] = [];
  for await (const piece of reader.content(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* counted(pieces: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer, undefined> {
  for await (const piece of pieces) {
    yield piece;
    progress.bytes += piece.length;
    progress.tell('restore');
  }
  return undefined;
}

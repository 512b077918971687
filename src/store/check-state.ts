import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ReadError } from '../bytes/reader.ts';
import { type Checkpoint, CheckpointError, openCheckpoint, originOf, readCheckpoint } from '../audit/checkpoint.ts';
import { LogEdge, TileMissingError } from '../audit/edge.ts';
import type { FramedEntry } from '../audit/entry-frame.ts';
import { EMPTY_STATE, type LogPosition } from '../audit/log.ts';
import { startOf, stateAfter } from '../audit/sequencer.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import { TreeReader } from '../audit/tree-reader.ts';
import { AuditQueue } from './audit-queue.ts';
import { openForReading } from './database.ts';
import { StateCheckError } from './errors.ts';
import { requireOwnSchema } from './own-schema.ts';
import { type TenantState, stateSums } from './state-sums.ts';
import { TileFolders, WitnessFolder } from './tile-folder.ts';

export interface CheckOptions {
  /** The database. */
  readonly path: string;
  /** The folder of the logs. */
  readonly folder: string;
  /** Folders with copies of checkpoints. */
  readonly witnesses: readonly string[];
  /** Who signs checkpoints: with it their signatures are verified too. */
  readonly signedBy?: { readonly origin: string; readonly publicKey: KeyObject };
  /** Marks the entries that wait: known with the seal only. Without it their authorship is not looked at. */
  readonly queueKey?: KeyObject;
}

export interface CheckReport {
  readonly tenants: number;
  readonly records: number;
  readonly logs: readonly { readonly log: string; readonly size: number }[];
}

/** Another process may take entries into the logs between the looks at the database and at the files: so often in a row. */
const TRIES = 10;

/**
 * Holds the records against their sums, the sums against the newest change that the log tells, and the database's
 * place in each log against the log's checkpoint and the witnesses' copies. Needs no seal.
 *
 * @throws {StateCheckError} naming the first thing that does not fit, and what to do.
 */
export async function checkState(options: CheckOptions): Promise<CheckReport> {
  const db = openForReading(options.path);
  try {
    let lastBegan: string | undefined;
    for (let tries = TRIES; ; tries--) {
      const began = await checkOnce(options, db);
      if (!('failure' in began)) return began;
      const { place, failure } = began;
      // Whoever takes entries into the logs says so in the database first: where that stood still twice, nobody did.
      if (!(failure instanceof StateCheckError) || tries <= 1 || placeOf(db) === lastBegan) throw failure;
      lastBegan = place;
    }
  } finally {
    db.close();
  }
}

/** How far the logs and the queue are, as the database tells. */
function placeOf(db: DatabaseSync): string {
  return JSON.stringify(db.prepare('SELECT *, (SELECT max(seq) FROM audit_batch) AS newest FROM audit_plan').get());
}

/** What was found, or what does not fit where the logs were so far. */
async function checkOnce(
  options: CheckOptions,
  db: DatabaseSync,
): Promise<CheckReport | { readonly place: string; readonly failure: unknown }> {
  // One snapshot for everything that is read of the database.
  db.exec('BEGIN');
  try {
    await requireOwnSchema(db);
    const place = placeOf(db);
    return await new StateCheck(options, db)
      .run()
      .catch((error: unknown) => ({ place, failure: toldOf(error, options) }));
  } finally {
    db.exec('ROLLBACK');
  }
}

function toldOf(error: unknown, { folder }: CheckOptions): unknown {
  if (!(error instanceof TileMissingError || error instanceof ReadError)) return error;
  const message = `the logs in ${folder} are damaged: ${error.message}. Restore them from their newest copy`;
  return new StateCheckError(message, { cause: error });
}

class StateCheck {
  readonly #options: CheckOptions;
  readonly #queue: AuditQueue;
  readonly #folders: TileFolders;
  readonly #witnesses: readonly WitnessFolder[];
  readonly #states: Map<string, TenantState>;

  constructor(options: CheckOptions, db: DatabaseSync) {
    this.#options = options;
    this.#queue = new AuditQueue(db, options.queueKey);
    this.#folders = new TileFolders(options.folder);
    this.#witnesses = options.witnesses.map((path) => new WitnessFolder(path));
    this.#states = stateSums(db);
  }

  async run(): Promise<CheckReport> {
    const positions = new Map((await this.#queue.positions()).map((position) => [position.log, position]));
    const planned = byLog(await this.#queue.planned());
    const waiting = byLog(await this.#queue.waiting());
    const witnessed = this.#witnesses.flatMap((witness) => witness.logs());
    const logs = new Set([...positions.keys(), ...this.#folders.logs(), ...witnessed, ...waiting.keys()]);
    const sizes: { log: string; size: number }[] = [];
    for (const log of logs) {
      const head = await this.#checkLog(positions.get(log) ?? startOf(log), planned.get(log) ?? []);
      await this.#checkWitnesses(log, head);
      sizes.push({ log, size: head.size });
      this.#checkState(log, stateAfter(head.state, waiting.get(log) ?? []));
    }
    for (const tenant of this.#states.keys()) if (!logs.has(tenant)) this.#checkState(tenant, EMPTY_STATE);
    const records = this.#states.values().reduce((sum, state) => sum + state.records, 0);
    return { tenants: this.#states.size, records, logs: sizes };
  }

  /** The checkpoint must be where the database is, or where its unfinished plan leads. */
  async #checkLog(position: LogPosition, planned: readonly FramedEntry[]): Promise<Head> {
    const { log, size } = position;
    const tiles = this.#folders.of(log);
    const note = tiles.read(CHECKPOINT_PATH)?.toString('utf8');
    const head = note === undefined ? startOf(log) : this.#open(log, note, 'its checkpoint');
    if (head.size === size && head.root.equals(position.root)) return sameState(log, head, position.state);
    if (head.size === size + planned.length && planned.length > 0) {
      const edge = await LogEdge.read(tiles, size);
      edge.append(planned);
      if (edge.root().equals(head.root)) return sameState(log, head, stateAfter(position.state, planned));
    }
    if (head.size > size) throw turnedBack(log, `the log has ${head.size} entries, the database knows of ${size}`);
    if (head.size < size) {
      throw new StateCheckError(
        `the log ${log} lost entries: its folder has ${head.size}, the database knows of ${size}. ` +
          `Restore ${this.#options.folder} from its newest copy; the database need not be changed`,
      );
    }
    throw new StateCheckError(
      `the log ${log} is not the one that the database wrote: both have ${size} entries, the roots differ. ` +
        'Restore the newest copy of the data folder, and keep this one for an inquiry',
    );
  }

  async #checkWitnesses(log: string, head: Head): Promise<void> {
    for (const witness of this.#witnesses) {
      const note = witness.read(log);
      if (note === undefined) continue;
      const seen = this.#open(log, note, `the copy at the witness ${witness.name}`);
      if (seen.size > head.size) {
        throw turnedBack(log, `the witness ${witness.name} saw ${seen.size} entries, the log has ${head.size}`);
      }
      const root = await new TreeReader(this.#folders.of(log), head.size).root(seen.size);
      if (root.equals(seen.root)) continue;
      throw new StateCheckError(
        `the log ${log} was rewritten: its first ${seen.size} entries are not those that the witness ` +
          `${witness.name} saw. Keep both for an inquiry, and restore the newest copy of the data folder`,
      );
    }
  }

  #checkState(tenant: string, expected: string): void {
    const state = this.#states.get(tenant) ?? { stored: EMPTY_STATE, computed: EMPTY_STATE };
    if (state.computed !== state.stored) {
      throw new StateCheckError(
        `the records of ${tenant} do not add up to their state: a row was changed, swapped, removed or turned ` +
          'back in the database. Restore the newest copy of the data folder',
      );
    }
    if (state.computed === expected) return;
    throw turnedBack(tenant, 'its records are not those that the newest change in the log tells of');
  }

  #open(log: string, note: string, what: string): Checkpoint {
    const { signedBy } = this.#options;
    try {
      return signedBy ? openCheckpoint(note, originOf(signedBy.origin, log), signedBy.publicKey) : readCheckpoint(note);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      throw new StateCheckError(`the log ${log}: ${what} is not ours: ${error.message}`, { cause: error });
    }
  }
}

type Head = Pick<Checkpoint, 'size' | 'root' | 'state'>;

/** What the database holds as the log's state goes under the next checkpoint, so it must be what the log tells. */
function sameState(log: string, head: Head, state: string): Head {
  if (head.state === state) return head;
  throw turnedBack(log, 'the state that the database keeps of the log is not the one of its checkpoint');
}

function turnedBack(log: string, why: string): StateCheckError {
  return new StateCheckError(
    `the state of ${log} was turned back: ${why}. If an older copy was put in place on purpose, put it away and use ` +
      'the restore command, which records the restore; else restore the newest copy of the data folder',
  );
}

function byLog(entries: Iterable<FramedEntry>): Map<string, FramedEntry[]> {
  const logs = new Map<string, FramedEntry[]>();
  for (const entry of entries) {
    const ofLog = logs.get(entry.log);
    if (ofLog) ofLog.push(entry);
    else logs.set(entry.log, [entry]);
  }
  return logs;
}

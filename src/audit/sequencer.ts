import { createPublicKey, type KeyObject } from 'node:crypto';
import { originOf, readCheckpoint, signCheckpoint } from './checkpoint.ts';
import { type EdgeEntry, LogEdge } from './edge.ts';
import {
  EMPTY_STATE,
  type EntryQueue,
  type LogPosition,
  type TileFile,
  type TileTarget,
  type TileTargets,
  type Witness,
} from './log.ts';
import { eraseDetails } from './erase.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { CHECKPOINT_PATH } from './tile.ts';

export type SequencerPoint =
  | 'sequencer.after-plan'
  | 'sequencer.after-tiles'
  | 'sequencer.after-checkpoint'
  | 'sequencer.after-prune';

export interface SequencerOptions {
  readonly queue: EntryQueue;
  readonly targets: TileTargets;
  readonly witnesses: readonly Witness[];
  /** The installation's part of every log's origin. */
  readonly origin: string;
  /** Ed25519. */
  readonly signer: KeyObject;
  /** A witness that is away stops nothing: it gets the next checkpoint. */
  readonly onWitnessFailure?: (witness: Witness, error: unknown) => void;
  /** Told after each step that is durable. */
  readonly onPoint?: (point: SequencerPoint) => void;
}

/** The database and the files of a log do not belong together. Nothing was written. */
export class LogMismatchError extends Error {
  override readonly name = 'LogMismatchError';
}

/** How many logs keep their right edge in memory. */
const MAX_EDGES = 256;

/** One log on its way from its position to the end of the plan. */
interface Advance {
  readonly target: TileTarget;
  readonly edge: LogEdge;
  readonly files: readonly TileFile[];
  readonly stale: readonly string[];
  readonly next: LogPosition;
}

/**
 * Moves entries from the queue into the logs, so that it may be ended at any step: what comes next is fixed durably,
 * then tiles, then checkpoints; the queue is pruned only when everything was read back. What is done again after an
 * end writes the same bytes. One sequencer may run at a time; who starts it sees to that.
 */
export class Sequencer {
  readonly #options: SequencerOptions;
  readonly #publicKey: KeyObject;
  readonly #edges = new Map<string, LogEdge>();
  /** How far the last plan went. */
  #through = 0;

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#publicKey = createPublicKey(options.signer);
  }

  /**
   * Takes into the logs what waits now, in as many plans as it takes. What comes meanwhile waits for the next call: else
   * a busy server would never be through, and write its tiles for every few entries. Answers how many entries went.
   *
   * @throws {LogMismatchError} and whatever the ports throw. The next call begins the same plan again.
   */
  async takeWaiting(nowMs: number): Promise<number> {
    const newest = await this.#options.queue.newest();
    let entries = 0;
    this.#through = 0;
    for (let more = 1; more > 0 && this.#through < newest; entries += more) more = await this.step(nowMs);
    return entries;
  }

  /**
   * Takes the next plan into the logs. Answers how many entries it had: 0 when the queue is empty.
   *
   * @throws {LogMismatchError} and whatever the ports throw. The next step begins the same plan again.
   */
  async step(nowMs: number): Promise<number> {
    const { queue, onPoint } = this.#options;
    const plan = await queue.plan(nowMs);
    if (!plan) return 0;
    onPoint?.('sequencer.after-plan');
    const edges = new Map(this.#edges);
    // An edge that was appended to but not finished is of no use: what is not put back below is read again.
    this.#edges.clear();
    const entries = byLog(plan.entries());
    const advances: Advance[] = [];
    for (const [log, ofLog] of entries) advances.push(await this.#append(log, edges.get(log), ofLog, plan.timeMs));
    for (const { target, files } of advances) await target.write(...files);
    onPoint?.('sequencer.after-tiles');
    for (const { target, next } of advances) await target.write(checkpointFile(next));
    for (const { next } of advances) await this.#tellWitnesses(next);
    onPoint?.('sequencer.after-checkpoint');
    for (const advance of advances) await readBack(advance);
    await queue.finish(
      plan,
      advances.map(({ next }) => next),
    );
    this.#through = plan.through;
    onPoint?.('sequencer.after-prune');
    for (const { target, stale } of advances) for (const path of stale) await target.remove(path);
    this.#remember(edges, advances);
    return entries.values().reduce((count, ofLog) => count + ofLog.length, 0);
  }

  /** Erases details of a log that is this sequencer's to write: {@link eraseDetails}. */
  async erase(log: string, indexes: readonly number[]): Promise<void> {
    // The edge holds the details of the bundle that is not full.
    this.#edges.delete(log);
    await eraseDetails(this.#options.targets.of(log), indexes);
  }

  async #append(
    log: string,
    known: LogEdge | undefined,
    entries: readonly EdgeEntry[],
    timeMs: number,
  ): Promise<Advance> {
    const target = this.#options.targets.of(log);
    const position = (await this.#options.queue.position(log)) ?? startOf(log);
    const edge = known?.size === position.size ? known : await openEdge(target, position);
    const before = edge.partial().map(({ path }) => path);
    // A tile of the same width has the same bytes.
    const files = edge.append(entries).filter(({ path }) => !before.includes(path));
    const after = new Set(edge.partial().map(({ path }) => path));
    const next = this.#sign(log, edge, stateAfter(position.state, entries), timeMs);
    assertFollows(await target.read(CHECKPOINT_PATH), position, next);
    return { target, edge, files, next, stale: before.filter((path) => !after.has(path)) };
  }

  #sign(log: string, edge: LogEdge, state: string, timeMs: number): LogPosition {
    const { origin, signer } = this.#options;
    const head = { size: edge.size, root: edge.root(), state };
    const checkpoint = signCheckpoint({ origin: originOf(origin, log), ...head, timeMs }, signer, this.#publicKey);
    return { log, ...head, checkpoint };
  }

  async #tellWitnesses({ log, checkpoint }: LogPosition): Promise<void> {
    for (const witness of this.#options.witnesses) {
      try {
        await witness.write(log, checkpoint);
      } catch (error) {
        this.#options.onWitnessFailure?.(witness, error);
      }
    }
  }

  #remember(edges: ReadonlyMap<string, LogEdge>, advances: readonly Advance[]): void {
    for (const [log, edge] of edges) this.#edges.set(log, edge);
    for (const { next, edge } of advances) {
      this.#edges.delete(next.log);
      this.#edges.set(next.log, edge);
    }
    for (const log of this.#edges.keys()) {
      if (this.#edges.size <= MAX_EDGES) break;
      this.#edges.delete(log);
    }
  }
}

/** Where a log stands that has no entry. */
export function startOf(log: string): LogPosition {
  return { log, size: 0, root: EMPTY_ROOT, state: EMPTY_STATE, checkpoint: '' };
}

const STATE_MEMBER = '"stateRoot":"';

/** The newest state root that the entries tell, or the one before them. */
export function stateAfter(before: string, entries: readonly EdgeEntry[]): string {
  for (let i = entries.length - 1; i >= 0; i--) {
    const leaf = (entries[i] as EdgeEntry).leaf;
    // Within a JSON string a quotation mark is escaped, so these bytes are the member and nothing else.
    const at = leaf.indexOf(STATE_MEMBER);
    if (at >= 0) return leaf.toString('latin1', at + STATE_MEMBER.length, at + STATE_MEMBER.length + 64);
  }
  return before;
}

function byLog(entries: Iterable<{ readonly log: string } & EdgeEntry>): Map<string, EdgeEntry[]> {
  const logs = new Map<string, EdgeEntry[]>();
  for (const entry of entries) {
    const ofLog = logs.get(entry.log);
    if (ofLog) ofLog.push(entry);
    else logs.set(entry.log, [entry]);
  }
  return logs;
}

async function openEdge(target: TileTarget, position: LogPosition): Promise<LogEdge> {
  const edge = await LogEdge.read(target, position.size);
  if (edge.root().equals(position.root)) return edge;
  throw new LogMismatchError(
    `the tiles of the log ${position.log} are not those that were written: they do not hash to the root at ` +
      `${position.size} entries. Restore the folder of the log from a copy; the entries that wait stay in the database`,
  );
}

/** A log is only ever continued from where the database left it, or written again by the plan that wrote it. */
function assertFollows(note: Buffer | undefined, position: LogPosition, next: LogPosition): void {
  const found = note === undefined ? startOf(position.log) : readCheckpoint(note.toString('utf8'));
  for (const { size, root, state } of [position, next]) {
    if (found.size !== size || !found.root.equals(root)) continue;
    if (found.state === state) return;
    // The row would go under the next signature as if the log had told of it.
    throw new LogMismatchError(
      `the database says that the log ${position.log} tells of another state than its checkpoint at ${size} entries: a row ` +
        'was changed. Restore the newest copy of the data folder, and keep this one for an inquiry',
    );
  }
  throw new LogMismatchError(
    `the log ${position.log} has ${found.size} entries, the database knows of ${position.size}: ` +
      (found.size > position.size
        ? 'the database is older than its log. If it was restored on purpose, use the restore command, which records it'
        : 'the folder of the log is older than the database. Restore the folder from a newer copy'),
  );
}

function checkpointFile({ checkpoint }: LogPosition): TileFile {
  return { path: CHECKPOINT_PATH, bytes: Buffer.from(checkpoint, 'utf8') };
}

async function readBack({ target, files, next }: Advance): Promise<void> {
  for (const { path, bytes } of [...files, checkpointFile(next)]) {
    const found = await target.read(path);
    if (!found?.equals(bytes)) {
      throw new Error(
        `the log ${next.log} gave back other bytes for ${path} than were written: the entries stay queued`,
      );
    }
  }
}

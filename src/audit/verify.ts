import type { KeyObject } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import { ReadError } from '../bytes/reader.ts';
import { parseStrictJson, StrictJsonError } from '../bytes/strict-json.ts';
import { type Checkpoint, CheckpointError, openCheckpoint, originOf, readCheckpoint } from './checkpoint.ts';
import { LogEdge, TileMissingError } from './edge.ts';
import { SALT_BYTES } from './entry-frame.ts';
import { detailsCommitment } from './entry.ts';
import { EMPTY_STATE, type TileReader } from './log.ts';
import { Revisions } from './revisions.ts';
import { stateAfter } from './sequencer.ts';
import { CHECKPOINT_PATH, parseBundle, partialPaths, TILE_WIDTH, tilePath } from './tile.ts';

export interface VerifyOptions {
  readonly tiles: TileReader;
  readonly log: string;
  /** The installation's part of the origin. */
  readonly origin: string;
  readonly publicKey: KeyObject;
  /** An older checkpoint of the log that was kept elsewhere: the log must still begin with it. */
  readonly trusted?: string;
  /** How far the time of an entry may lie before its predecessor's without being reported. 1 minute by default. */
  readonly clockToleranceMs?: number;
}

export interface VerifyReport {
  readonly checkpoint: Checkpoint;
  /** How many entries have their details erased. */
  readonly erased: number;
  /** Entries whose time lies before their predecessor's: reported, since clocks are set. */
  readonly timesBack: readonly number[];
}

/** What is wrong with a log, and where. */
export class LogInvalidError extends Error {
  override readonly name = 'LogInvalidError';
  /** The entry, where one entry is the cause. */
  readonly index: number | undefined;

  constructor(message: string, index?: number) {
    super(index === undefined ? message : `entry ${index}: ${message}`);
    this.index = index;
  }
}

const CLOCK_TOLERANCE_MS = 60_000;
/** No more than this many are listed. */
const MAX_TIMES_BACK = 100;

/**
 * Verifies a whole log from its first entry: every leaf and its details, every tile, the root, the checkpoint's
 * signature, state and, where an older checkpoint is given, that the log begins with what that one signed.
 *
 * @throws {LogInvalidError} at the first thing that is wrong.
 */
export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  const { tiles, log, publicKey } = options;
  try {
    const origin = originOf(options.origin, log);
    const { note, pinned } = await pinHead(tiles);
    const checkpoint = openCheckpoint(note, origin, publicKey);
    const trusted = options.trusted === undefined ? undefined : openCheckpoint(options.trusted, origin, publicKey);
    if (trusted && trusted.size > checkpoint.size) {
      throw new LogInvalidError(
        `the log has ${checkpoint.size} entries, the trusted checkpoint has ${trusted.size}: entries were removed`,
      );
    }
    return await new Replay({ ...options, tiles: pinned }, checkpoint, trusted).run();
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof TileMissingError || error instanceof ReadError) {
      throw new LogInvalidError(error.message);
    }
    throw error;
  }
}

/** How often a log may grow between two looks at its head. */
const TRIES = 5;

/** Reads the head with the files that go away when the log grows, so that a log in use can be verified. */
async function pinHead(tiles: TileReader): Promise<{ readonly note: string; readonly pinned: TileReader }> {
  for (let tries = TRIES; ; tries--) {
    const note = (await tiles.read(CHECKPOINT_PATH))?.toString('utf8');
    if (note === undefined) throw new LogInvalidError('there is no checkpoint');
    const files = new Map<string, Buffer | undefined>();
    for (const path of partialPaths(readCheckpoint(note).size)) files.set(path, await tiles.read(path));
    const isWhole = files.values().every((file) => file !== undefined);
    // What is missing although nobody replaced the head is missing.
    if (isWhole || tries <= 1 || (await tiles.read(CHECKPOINT_PATH))?.toString('utf8') === note) {
      return { note, pinned: { read: (path) => (files.has(path) ? files.get(path) : tiles.read(path)) } };
    }
  }
}

/** Appends every entry to a log of its own and compares what comes out with what lies there. */
class Replay {
  readonly #options: VerifyOptions;
  readonly #checkpoint: Checkpoint;
  readonly #trusted: Checkpoint | undefined;
  readonly #edge = new LogEdge();
  readonly #timesBack: number[] = [];
  readonly #revisions = new Revisions();
  #erased = 0;
  #state = EMPTY_STATE;
  #lastTimeMs = 0;

  constructor(options: VerifyOptions, checkpoint: Checkpoint, trusted: Checkpoint | undefined) {
    this.#options = options;
    this.#checkpoint = checkpoint;
    this.#trusted = trusted;
  }

  async run(): Promise<VerifyReport> {
    const { size, root, state } = this.#checkpoint;
    this.#compareTrusted();
    for (let first = 0; first < size; first += TILE_WIDTH) await this.#bundle(first / TILE_WIDTH);
    await this.#compareFiles(this.#edge.partial());
    if (!this.#edge.root().equals(root)) {
      throw new LogInvalidError(`the ${size} entries do not hash to the root of the checkpoint: an entry was changed`);
    }
    if (this.#state !== state) {
      throw new LogInvalidError('the state of the checkpoint is not the one that the newest change tells');
    }
    return { checkpoint: this.#checkpoint, erased: this.#erased, timesBack: this.#timesBack };
  }

  async #bundle(index: number): Promise<void> {
    const width = Math.min(TILE_WIDTH, this.#checkpoint.size - index * TILE_WIDTH);
    const leaves = parseBundle(await this.#read(tilePath('entries', index, width)), width);
    const details = parseBundle(await this.#read(tilePath('details', index, width)), width);
    for (const [i, leaf] of leaves.entries()) {
      const entry = { leaf, details: details[i] as Buffer };
      this.#checkEntry(index * TILE_WIDTH + i, entry.leaf, entry.details);
      this.#state = stateAfter(this.#state, [entry]);
      await this.#compareFiles(this.#edge.fill([entry]).filter(({ path }) => /^tile\/\d/.test(path)));
      this.#compareTrusted();
    }
  }

  #checkEntry(index: number, leaf: Buffer, details: Buffer): void {
    const entry = parseLeaf(index, leaf);
    if (entry.tenant !== this.#options.log) throw new LogInvalidError(`it belongs to the log ${entry.tenant}`, index);
    if (details.length === 0) this.#erased++;
    else if (details.length < SALT_BYTES || commitmentOf(details) !== entry.details) {
      throw new LogInvalidError('its details are not the ones that it commits to', index);
    }
    if (entry.action === RESTORE_ACTION) this.#revisions.restored();
    const broken = entry.changes === undefined ? undefined : this.#revisions.take(entry.changes);
    if (broken !== undefined) throw new LogInvalidError(broken, index);
    const tolerance = this.#options.clockToleranceMs ?? CLOCK_TOLERANCE_MS;
    if (entry.time < this.#lastTimeMs - tolerance && this.#timesBack.length < MAX_TIMES_BACK)
      this.#timesBack.push(index);
    this.#lastTimeMs = entry.time;
  }

  #compareTrusted(): void {
    if (!this.#trusted || this.#edge.size !== this.#trusted.size) return;
    if (this.#edge.root().equals(this.#trusted.root)) return;
    throw new LogInvalidError(
      `the first ${this.#trusted.size} entries are not those of the trusted checkpoint: the log was rewritten`,
    );
  }

  async #compareFiles(files: readonly { readonly path: string; readonly bytes: Buffer }[]): Promise<void> {
    for (const { path, bytes } of files) {
      if (!(await this.#read(path)).equals(bytes))
        throw new LogInvalidError(`the file ${path} is not what the entries make`);
    }
  }

  async #read(path: string): Promise<Buffer> {
    const bytes = await this.#options.tiles.read(path);
    if (!bytes) throw new TileMissingError(path);
    return bytes;
  }
}

function commitmentOf(details: Buffer): string {
  return detailsCommitment(details.subarray(0, SALT_BYTES), details.subarray(SALT_BYTES)).toString('hex');
}

interface ParsedLeaf {
  readonly tenant: string;
  readonly action: string;
  readonly changes: unknown;
  readonly time: number;
  readonly details: string;
}

/** How a restore of the state stands in each log: docs/spec/records.md. */
const RESTORE_ACTION = 'keystead:RestoreState';
const OUTCOMES = new Set(['done', 'refused', 'failed']);

function parseLeaf(index: number, leaf: Buffer): ParsedLeaf {
  let value: Record<string, unknown>;
  try {
    const parsed = parseStrictJson(leaf);
    if (parsed === null || typeof parsed !== 'object') throw new TypeError('it is no JSON object');
    value = parsed as Record<string, unknown>;
    if (canonicalJson(value as Json) !== leaf.toString('utf8')) throw new TypeError('it is not canonical JSON');
  } catch (error) {
    if (error instanceof StrictJsonError || error instanceof TypeError) throw new LogInvalidError(error.message, index);
    throw error;
  }
  const { v, time, outcome, ...rest } = value as LeafMembers;
  const texts = [rest.action, rest.principal, rest.request, rest.tenant];
  if (v !== 1) throw new LogInvalidError('its version is unknown: verify with a newer Keystead', index);
  if (
    !texts.every((text) => typeof text === 'string') ||
    !OUTCOMES.has(String(outcome)) ||
    !Number.isSafeInteger(time) ||
    !/^[0-9a-f]{64}$/.test(String(rest.details))
  ) {
    throw new LogInvalidError('it lacks a member that every entry has', index);
  }
  const { tenant, action, changes } = rest;
  return {
    tenant: String(tenant),
    action: String(action),
    changes,
    time: Number(time),
    details: String(rest.details),
  };
}

/** What a leaf should have; it is read as unknown. */
interface LeafMembers {
  readonly v?: unknown;
  readonly time?: unknown;
  readonly outcome?: unknown;
  readonly action?: unknown;
  readonly principal?: unknown;
  readonly request?: unknown;
  readonly tenant?: unknown;
  readonly details?: unknown;
  readonly changes?: unknown;
}

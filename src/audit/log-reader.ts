import { readCheckpoint } from './checkpoint.ts';
import { TileMissingError } from './edge.ts';
import { SALT_BYTES } from './entry-frame.ts';
import type { TileReader } from './log.ts';
import { type ConsistencyProof, type InclusionProof, proveConsistency, proveInclusion } from './proof.ts';
import { CHECKPOINT_PATH, parseBundle, TILE_WIDTH, tilePath, tileWidth } from './tile.ts';
import { TreeReader } from './tree-reader.ts';

/** An entry as it lies in the log. */
export interface LoggedEntry {
  readonly index: number;
  /** Canonical JSON. */
  readonly leaf: Buffer;
  /** Canonical JSON; `undefined` where it was erased. */
  readonly details: Buffer | undefined;
  /** What their commitment in the leaf is made with; `undefined` where they were erased. */
  readonly salt?: Buffer | undefined;
}

/** An entry with what proves that it is in the log. */
export interface ProvenEntry {
  readonly leaf: Buffer;
  readonly proof: InclusionProof;
  /** The signed head that the proof leads to. */
  readonly checkpoint: string;
}

/** That the log grew from an older size of it, and nothing else. */
export interface ProvenGrowth {
  readonly proof: ConsistencyProof;
  /** The signed head that the proof leads to. */
  readonly checkpoint: string;
}

/** The log changed between two looks at it, too often. */
const TRIES = 5;

/** Reads entries of one log while it grows. */
export class LogReader {
  readonly #tiles: TileReader;

  constructor(tiles: TileReader) {
    this.#tiles = tiles;
  }

  /** The newest signed head and its size; `undefined` for a log that has none yet. */
  async head(): Promise<{ readonly checkpoint: string; readonly size: number } | undefined> {
    const note = (await this.#tiles.read(CHECKPOINT_PATH))?.toString('utf8');
    return note === undefined ? undefined : { checkpoint: note, size: readCheckpoint(note).size };
  }

  /** The entries from `from` up to and without `to`, as far as the log goes. */
  read(from: number, to: number): Promise<LoggedEntry[]> {
    return this.#steadily(async (size) => {
      const entries: LoggedEntry[] = [];
      const end = Math.min(to, size);
      for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < end; index++) {
        entries.push(...(await this.#bundle(index, size)));
      }
      return entries.filter((entry) => entry.index >= from && entry.index < end);
    }, []);
  }

  /** The newest entry of a request, looked for in the last `within` entries. */
  async find(requestId: string, within = 10_000): Promise<LoggedEntry | undefined> {
    const size = (await this.head())?.size ?? 0;
    const member = `"request":${JSON.stringify(requestId)},`;
    for (let to = size; to > Math.max(0, size - within); to -= TILE_WIDTH) {
      const entries = await this.read(Math.max(0, to - TILE_WIDTH), to);
      const found = entries.findLast(({ leaf }) => leaf.includes(member));
      if (found) return found;
    }
    return undefined;
  }

  /** Proves that an entry is in the log, against its newest head. @throws {RangeError} there is no such entry. */
  async prove(index: number): Promise<ProvenEntry> {
    const proven = await this.#steadily(async (size, checkpoint) => {
      const proof = await proveInclusion(new TreeReader(this.#tiles, size), index);
      const [entry] = (await this.#bundle(Math.floor(index / TILE_WIDTH), size)).filter((one) => one.index === index);
      return entry && { leaf: entry.leaf, proof, checkpoint };
    }, undefined);
    if (!proven) throw new RangeError(`the log has no entry ${index}`);
    return proven;
  }

  /** Proves that the log goes on from what it was at an older size. @throws {RangeError} it never had that size. */
  async proveGrowth(from: number): Promise<ProvenGrowth> {
    const proven = await this.#steadily(
      async (size, checkpoint) => ({
        proof: await proveConsistency(new TreeReader(this.#tiles, size), from),
        checkpoint,
      }),
      undefined,
    );
    if (!proven) throw new RangeError(`the log never had ${from} entries`);
    return proven;
  }

  async #bundle(index: number, size: number): Promise<LoggedEntry[]> {
    const width = tileWidth(size, 0, index);
    const leaves = parseBundle(await this.#file(tilePath('entries', index, width)), width);
    const details = parseBundle(await this.#file(tilePath('details', index, width)), width);
    return leaves.map((leaf, i) => {
      const beside = details[i] as Buffer;
      if (beside.length === 0) return { index: index * TILE_WIDTH + i, leaf, details: undefined };
      const [salt, found] = [beside.subarray(0, SALT_BYTES), beside.subarray(SALT_BYTES)];
      return { index: index * TILE_WIDTH + i, leaf, details: found, salt };
    });
  }

  /** A partial tile goes away when a fuller one has come: then the head is read again. */
  async #steadily<T>(look: (size: number, checkpoint: string) => Promise<T>, none: T): Promise<T> {
    for (let tries = TRIES; ; tries--) {
      const head = await this.head();
      if (!head) return none;
      try {
        return await look(head.size, head.checkpoint);
      } catch (error) {
        if (!(error instanceof TileMissingError) || tries <= 1) throw error;
      }
    }
  }

  async #file(path: string): Promise<Buffer> {
    const bytes = await this.#tiles.read(path);
    if (!bytes) throw new TileMissingError(path);
    return bytes;
  }
}

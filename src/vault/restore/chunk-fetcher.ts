import type { KeyObject } from 'node:crypto';
import type { VaultError } from '../errors.ts';
import { ChunkKind, type ChunkEntry } from '../format/format.ts';
import type { ChunkIndex } from '../index-cache.ts';
import type { KeyRing } from '../key-ring.ts';
import { locateChunk } from '../locate-chunk.ts';
import { OUTPUT_LENGTH } from './open-range.ts';
import type { Opener } from './opener.ts';
import { packKey, PACK_HEADER_LENGTH } from '../format/pack.ts';
import type { Repository } from '../repository.ts';
import { atMost } from '../../crypto/at-most.ts';
import { packName } from '../tree-reader.ts';

/** Bytes read at once from a pack, at the most. */
const RANGE_LENGTH = 4 << 20;
/** Bytes read for nothing to save a read. */
const GAP = 64 << 10;
/** Reads at once: files that a folder has open, calls that wait for a bucket. */
const READS = 64;
/** Packs whose keys are kept. */
const KEYS_KEPT = 4096;

/** Chunks by id in latin1, and the buffers they lie in. */
export interface FetchedChunks {
  readonly chunks: ReadonlyMap<string, Buffer>;
  readonly outputs: readonly Buffer[];
  /** Why chunks are not among them: only where damage is to be lived with. By id in latin1. */
  readonly damaged?: ReadonlyMap<string, VaultError>;
}

interface Range {
  readonly pack: number;
  readonly start: number;
  end: number;
  /** Bytes of plaintext. */
  plain: number;
  readonly entries: ChunkEntry[];
}

/** Brings chunks by their ids: few reads, each chunk decrypted once. */
export class ChunkFetcher {
  readonly #repository: Repository;
  readonly #ring: KeyRing;
  readonly #opener: Opener;
  readonly #index: ChunkIndex;
  readonly #keys = new Map<number, Promise<KeyObject>>();
  readonly #reads = atMost(READS);

  /** `index` is that of the snapshot, from `loadIndexes`. */
  constructor(repository: Repository, ring: KeyRing, opener: Opener, index: ChunkIndex) {
    this.#repository = repository;
    this.#ring = ring;
    this.#opener = opener;
    this.#index = index;
  }

  /** Plain length of a chunk. @throws {VaultError} `chunk-missing` */
  lengthOf(id: Buffer): number {
    return locateChunk(this.#index, id, ChunkKind.content).entry.plain;
  }

  /** The chunks of these ids, verified. */
  async fetch(ids: readonly Buffer[]): Promise<FetchedChunks> {
    const chunks = new Map<string, Buffer>();
    const outputs: Buffer[] = [];
    const bring = async (range: Range): Promise<void> => {
      const name = packName(this.#index.pack(range.pack).id);
      // Both at once: a store that answers late is waited for once.
      const [key, bytes] = await together(
        this.#key(range.pack),
        this.#read(name, range.start, range.end - range.start),
      );
      const plain = await this.#opener.open(key, bytes, range.start, range.entries);
      outputs.push(plain);
      let at = 0;
      for (const entry of range.entries) {
        chunks.set(entry.id.toString('latin1'), plain.subarray(at, at + entry.plain));
        at += entry.plain;
      }
    };
    // A failure of one must not leave the others unheard.
    const outcomes = await Promise.allSettled(this.#plan(ids).map(bring));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return { chunks, outputs };
  }

  /** As {@link fetch}, but says which chunks are lost or changed in place of ending at the first. */
  async fetchSound(ids: readonly Buffer[], isDamage: (error: unknown) => error is VaultError): Promise<FetchedChunks> {
    try {
      return await this.fetch(ids);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    // Some chunk is not sound: each is asked for by itself.
    const chunks = new Map<string, Buffer>();
    const outputs: Buffer[] = [];
    const damaged = new Map<string, VaultError>();
    for (const id of ids) {
      try {
        const fetched = await this.fetch([id]);
        for (const [key, chunk] of fetched.chunks) chunks.set(key, chunk);
        outputs.push(...fetched.outputs);
      } catch (error) {
        if (!isDamage(error)) throw error;
        damaged.set(id.toString('latin1'), error);
      }
    }
    return { chunks, outputs, damaged };
  }

  /** Takes back chunks that have served: their memory is used again, so nobody may look at them any more. */
  reuse({ outputs }: FetchedChunks): void {
    for (const output of outputs) this.#opener.reuse(output);
  }

  #plan(ids: readonly Buffer[]): Range[] {
    const found = ids.map((id) => locateChunk(this.#index, id, ChunkKind.content));
    found.sort((a, b) => a.pack - b.pack || a.entry.offset - b.entry.offset);
    const ranges: Range[] = [];
    for (const { pack, entry } of found) {
      const last = ranges.at(-1);
      const end = entry.offset + entry.stored;
      const isNear = last?.pack === pack && entry.offset - last.end <= GAP && end - last.start <= RANGE_LENGTH;
      if (isNear && last.plain + entry.plain <= OUTPUT_LENGTH) {
        last.end = end;
        last.plain += entry.plain;
        last.entries.push(entry);
      } else ranges.push({ pack, start: entry.offset, end, plain: entry.plain, entries: [entry] });
    }
    return ranges;
  }

  #read(name: string, offset: number, length: number): Promise<Buffer> {
    return this.#reads(() => this.#repository.target.getRange(name, offset, length));
  }

  /** The key of a pack, whose header is read once for all who ask meanwhile. */
  #key(number: number): Promise<KeyObject> {
    const known = this.#keys.get(number);
    if (known) return known;
    if (this.#keys.size >= KEYS_KEPT) this.#keys.clear();
    const key = this.#readKey(number);
    this.#keys.set(number, key);
    key.catch(() => this.#keys.delete(number));
    return key;
  }

  async #readKey(number: number): Promise<KeyObject> {
    const pack = this.#index.pack(number);
    const header = await this.#read(packName(pack.id), 0, PACK_HEADER_LENGTH);
    return packKey(header, await this.#ring.get(pack.keyId), this.#repository.descriptor.vault).key;
  }
}

/** Both, once both are over: neither is left unheard. The first one's failure comes first. */
async function together<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}

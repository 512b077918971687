import type { ChunkRegistry } from './chunk-registry.ts';
import { faultPoint } from '../fault.ts';
import { sealIndex, type IndexedPack } from '../format/index-object.ts';
import type { HeldKey } from '../format/object-key.ts';
import type { SealedPack } from '../format/pack.ts';
import type { Repository } from '../repository.ts';
import { packName } from '../tree-reader.ts';
import type { WriterKey } from '../format/writer-key.ts';

/** Packs that one index object tells of: what a run that dies loses at the most is not indexed yet. */
const PACKS_PER_INDEX = 128;
const CHUNKS_PER_INDEX = 100_000;

/** Puts packs into the target, and tells of them in index objects. */
export class PackSink {
  readonly #repository: Repository;
  readonly #metadata: HeldKey;
  readonly #writer: WriterKey;
  readonly #registry: ChunkRegistry;
  #pending: IndexedPack[] = [];
  #writing: Promise<void> = Promise.resolve();
  #storedBytes = 0;
  readonly #packs: string[] = [];

  constructor(repository: Repository, metadata: HeldKey, writer: WriterKey, registry: ChunkRegistry) {
    this.#repository = repository;
    this.#metadata = metadata;
    this.#writer = writer;
    this.#registry = registry;
  }

  /** Ids of the packs that this run has put. */
  get packs(): readonly string[] {
    return this.#packs;
  }

  /** Bytes that went to the target in packs. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  async put(pack: SealedPack): Promise<void> {
    await this.#repository.target.put(packName(pack.id), pack.bytes);
    faultPoint('vault.after-pack');
    this.#storedBytes += pack.bytes.length;
    this.#packs.push(pack.id);
    this.#pending.push({ id: pack.id, keyId: pack.keyId, length: pack.bytes.length, entries: pack.entries });
    const chunks = this.#pending.reduce((sum, { entries }) => sum + entries.length, 0);
    if (this.#pending.length >= PACKS_PER_INDEX || chunks >= CHUNKS_PER_INDEX) await this.writeIndex();
  }

  /** Writes an index object of the packs that no one tells of yet. */
  async writeIndex(): Promise<void> {
    const packs = this.#pending;
    this.#pending = [];
    this.#writing = this.#writing.then(() => this.#write(packs));
    await this.#writing;
  }

  async #write(packs: readonly IndexedPack[]): Promise<void> {
    if (packs.length === 0) return;
    const { target, cache, descriptor, random } = this.#repository;
    const { id, bytes } = sealIndex(packs, this.#metadata, descriptor.vault, this.#writer, random(32));
    await target.put(`index/${id}`, bytes);
    faultPoint('vault.after-index');
    cache.add({ id, keyId: this.#metadata.id, writer: this.#writer.id, packs });
    for (const pack of packs) for (const entry of pack.entries) this.#registry.arrived(entry.id);
  }
}

import type { ChunkRegistry } from '../backup/chunk-registry.ts';
import type { DedupeDomain } from '../format/domain.ts';
import { VaultError } from '../errors.ts';
import { creatorFor } from '../further-writers.ts';
import { ChunkKind, MAX_PACK_LENGTH } from '../format/format.ts';
import type { KeyRing } from '../key-ring.ts';
import type { HeldKey } from '../format/object-key.ts';
import { PackFiller } from '../backup/pack-filler.ts';
import { PackSink } from '../backup/pack-sink.ts';
import { openChunk, openPackTable, type SealedPack } from '../format/pack.ts';
import type { Repository } from '../repository.ts';
import { packName } from '../tree-reader.ts';

export interface PackCopierOptions {
  readonly repository: Repository;
  readonly ring: KeyRing;
  readonly domain: DedupeDomain;
  readonly data: HeldKey;
  readonly metadata: HeldKey;
  /** Knows which chunks lie in packs that may stay. */
  readonly registry: ChunkRegistry;
}

/** Copies chunks of old packs into new ones under new keys, each verified on its way. */
export class PackCopier {
  chunks = 0;
  bytes = 0;
  readonly #options: PackCopierOptions;
  readonly #sink: PackSink;
  readonly #fillers: { readonly content: PackFiller; readonly tree: PackFiller };
  readonly #moved = new Map<string, Set<string>>();
  /** Where each copied chunk is: on its way from these old packs, or in this new one. */
  readonly #copied = new Map<string, Set<string> | string>();

  constructor(options: PackCopierOptions) {
    const { repository, data, metadata, registry } = options;
    this.#options = options;
    this.#sink = new PackSink(repository, metadata, creatorFor(repository), registry);
    const { vault } = repository.descriptor;
    this.#fillers = { content: new PackFiller(data, vault), tree: new PackFiller(metadata, vault) };
  }

  /** Copies these chunks (ids in latin1) of a pack, but for those that lie elsewhere already. */
  async copy(id: string, chunks: ReadonlySet<string>): Promise<void> {
    const { repository, ring, domain, registry } = this.#options;
    const { target, descriptor, cache } = repository;
    const bytes = await target.get(packName(id), MAX_PACK_LENGTH);
    const { key, entries } = await openPackTable(id, bytes, (keyId) => ring.get(keyId), descriptor.vault);
    let found = 0;
    for (const entry of entries) {
      const name = entry.id.toString('latin1');
      if (!chunks.has(name)) continue;
      found++;
      const copied = this.#copied.get(name);
      if (typeof copied === 'string') this.#note(id, copied);
      else copied?.add(id);
      if (copied !== undefined) continue;
      const there = registry.locate(entry.id);
      if (there !== undefined) {
        this.#note(id, cache.pack(there).id);
        continue;
      }
      const isTree = entry.kind === ChunkKind.tree;
      const idKey = isTree ? domain.treeIdKey : domain.chunkIdKey;
      const sealed = bytes.subarray(entry.offset, entry.offset + entry.stored);
      const plain = openChunk(key.key, idKey, entry, sealed);
      const filler = isTree ? this.#fillers.tree : this.#fillers.content;
      const full = filler.add(entry.id, entry.kind, plain);
      if (full) await this.#put(filler, full);
      this.#copied.set(name, new Set([id]));
      this.chunks++;
      this.bytes += entry.stored;
    }
    if (found < chunks.size) throw new VaultError('chunk-missing', `The pack ${id} does not hold what its index says`);
  }

  /** Puts what is open and tells of it; answers in which packs the chunks of each old pack lie now. */
  async finish(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    for (const filler of [this.#fillers.content, this.#fillers.tree]) {
      const last = filler.finish();
      if (last) await this.#put(filler, last);
    }
    await this.#sink.writeIndex();
    return this.#moved;
  }

  async #put(filler: PackFiller, pack: SealedPack): Promise<void> {
    await this.#sink.put(pack);
    for (const { id } of pack.entries) {
      const name = id.toString('latin1');
      const olds = this.#copied.get(name);
      if (olds instanceof Set) for (const old of olds) this.#note(old, pack.id);
      this.#copied.set(name, pack.id);
    }
    filler.reuse(Buffer.from(pack.bytes.buffer as ArrayBuffer));
  }

  #note(old: string, now: string): void {
    this.#moved.set(old, (this.#moved.get(old) ?? new Set()).add(now));
  }
}

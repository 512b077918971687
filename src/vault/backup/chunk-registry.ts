import type { CachedPack, IndexCache } from '../index-cache.ts';

/** Ids of chunks that are remembered as there: neighbours lie in the same chunks, and a folder's files are neighbours. */
const FOUND_KEPT = 8192;

/** What a run knows of chunks: those that the store has, and those that are on their way there. */
export class ChunkRegistry {
  readonly #cache: IndexCache;
  readonly #underway = new Set<string>();
  /** Chunks that were found lately, and need not be looked up again. */
  readonly #found = new Set<string>();
  readonly #packs = new Set<number>();
  readonly #isAvoided: (pack: CachedPack) => boolean;
  readonly #avoided = new Map<number, boolean>();

  /** `isAvoided` says of a pack that nothing may refer to it any more. */
  constructor(cache: IndexCache, isAvoided: (pack: CachedPack) => boolean = () => false) {
    this.#cache = cache;
    this.#isAvoided = isAvoided;
  }

  /** Numbers, in the cache, of the packs that this run refers to and did not write. */
  get referencedPacks(): ReadonlySet<number> {
    return this.#packs;
  }

  /** Whether a chunk is there or on its way; it counts as used then. */
  use(id: Buffer): boolean {
    const key = id.toString('latin1');
    if (this.#underway.has(key) || this.#found.has(key)) return true;
    const found = this.locate(id);
    if (found === undefined) return false;
    this.#packs.add(found);
    if (this.#found.size >= FOUND_KEPT) this.#found.clear();
    this.#found.add(key);
    return true;
  }

  /** The pack that new snapshots may have this chunk from. */
  locate(id: Buffer): number | undefined {
    const first = this.#cache.findTrusted(id);
    if (first === undefined || !this.#avoids(first.pack)) return first?.pack;
    return this.#cache.findAllTrusted(id).find(({ pack }) => !this.#avoids(pack))?.pack;
  }

  #avoids(pack: number): boolean {
    let avoided = this.#avoided.get(pack);
    if (avoided === undefined) {
      avoided = this.#isAvoided(this.#cache.pack(pack));
      this.#avoided.set(pack, avoided);
    }
    return avoided;
  }

  /** As {@link use}; a chunk that is not there is on its way from now on, and the caller brings it. */
  claim(id: Buffer): boolean {
    if (this.use(id)) return true;
    this.#underway.add(id.toString('latin1'));
    return false;
  }

  /** A chunk has come into the cache. */
  arrived(id: Buffer): void {
    this.#underway.delete(id.toString('latin1'));
  }
}

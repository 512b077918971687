import type { IndexCache } from './index-cache.ts';

/** What a run knows of chunks: those that the store has, and those that are on their way there. */
export class ChunkRegistry {
  readonly #cache: IndexCache;
  readonly #underway = new Set<string>();
  readonly #packs = new Set<number>();

  constructor(cache: IndexCache) {
    this.#cache = cache;
  }

  /** Numbers, in the cache, of the packs that this run refers to and did not write. */
  get referencedPacks(): ReadonlySet<number> {
    return this.#packs;
  }

  /** Whether a chunk is there or on its way; it counts as used then. */
  use(id: Buffer): boolean {
    if (this.#underway.has(id.toString('latin1'))) return true;
    const found = this.#cache.findTrusted(id);
    if (found) this.#packs.add(found.pack);
    return found !== undefined;
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

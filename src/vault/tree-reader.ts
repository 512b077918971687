import type { KeyObject } from 'node:crypto';
import { withExtents } from './format/extent-nodes.ts';
import { ChunkKind, MAX_PACK_LENGTH } from './format/format.ts';
import type { ChunkIndex } from './index-cache.ts';
import type { KeyRing } from './key-ring.ts';
import { locateChunk } from './locate-chunk.ts';
import { openChunk, readPackTable, sealedChunk } from './format/pack.ts';
import type { Repository } from './repository.ts';
import { decodeNode, type TreeEntry } from './format/tree.ts';

/** Metadata packs that are kept in memory, at 16 MiB each. */
const PACKS_KEPT = 4;

export function packName(id: string): string {
  return `packs/${id.slice(0, 2)}/${id}`;
}

interface OpenPack {
  readonly bytes: Buffer;
  readonly key: KeyObject;
}

/** Where the nodes of a tree come from. */
export interface NodeReader {
  /** The entries of one node; `after` is the last name of the page before. */
  readonly node: (id: Buffer, after?: Buffer) => Promise<TreeEntry[]>;
}

/** Reads tree nodes. Fetches metadata packs whole: nodes of one tree lie together. */
export class TreeReader implements NodeReader {
  readonly #repository: Repository;
  readonly #ring: KeyRing;
  readonly #treeIdKey: KeyObject;
  readonly #index: ChunkIndex;
  readonly #packs = new Map<string, OpenPack>();

  /** `index` is that of the snapshot, from `loadIndexes`. */
  constructor(repository: Repository, ring: KeyRing, treeIdKey: KeyObject, index: ChunkIndex) {
    this.#repository = repository;
    this.#ring = ring;
    this.#treeIdKey = treeIdKey;
    this.#index = index;
  }

  /** The entries of one node; `after` is the last name of the page before. */
  async node(id: Buffer, after?: Buffer): Promise<TreeEntry[]> {
    return await withExtents(decodeNode(await this.#bytes(id), after), (other) => this.#bytes(other));
  }

  async #bytes(id: Buffer): Promise<Buffer> {
    const { pack: number, entry } = locateChunk(this.#index, id, ChunkKind.tree);
    const pack = this.#index.pack(number);
    const { bytes, key } = await this.#open(pack.id, pack.keyId);
    return openChunk(key, this.#treeIdKey, entry, sealedChunk(bytes, entry));
  }

  /** The entries of a folder, page after page. */
  async *entries(nodes: readonly Buffer[]): AsyncGenerator<TreeEntry, undefined> {
    let last: Buffer | undefined;
    for (const id of nodes) {
      const page = await this.node(id, last);
      yield* page;
      last = page.at(-1)?.name ?? last;
    }
    return undefined;
  }

  /** The entries of a folder that come after a name, in order; reads no page before. */
  async *entriesAfter(nodes: readonly Buffer[], after: Buffer): AsyncGenerator<TreeEntry, undefined> {
    for await (const entry of this.entries(nodes.slice(await this.#pageOf(nodes, after)))) {
      if (Buffer.compare(entry.name, after) > 0) yield entry;
    }
    return undefined;
  }

  /** The entry of that name in a folder. Reads the fewer pages the more the folder has: names are in order. */
  async lookup(nodes: readonly Buffer[], name: Buffer): Promise<TreeEntry | undefined> {
    const node = nodes[await this.#pageOf(nodes, name)];
    return node && (await this.node(node)).find((entry) => entry.name.equals(name));
  }

  /** How many entries a folder has. */
  async count(nodes: readonly Buffer[]): Promise<number> {
    let count = 0;
    for (const node of nodes) count += (await this.node(node)).length;
    return count;
  }

  /** The number of the page that a name is on, if it is anywhere: the last one that begins with it or before it. */
  async #pageOf(nodes: readonly Buffer[], name: Buffer): Promise<number> {
    let [low, high] = [0, nodes.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const first = (await this.node(nodes[middle] as Buffer))[0];
      if (first !== undefined && Buffer.compare(first.name, name) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async #open(id: string, keyId: string): Promise<OpenPack> {
    let pack = this.#packs.get(id);
    if (!pack) {
      const { target, descriptor } = this.#repository;
      const bytes = await target.get(packName(id), MAX_PACK_LENGTH);
      pack = { bytes, key: readPackTable(id, bytes, await this.#ring.get(keyId), descriptor.vault).key.key };
    }
    this.#packs.delete(id);
    this.#packs.set(id, pack);
    if (this.#packs.size > PACKS_KEPT) this.#packs.delete(this.#packs.keys().next().value as string);
    return pack;
  }
}

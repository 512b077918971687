import type { KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChunkRegistry } from './chunk-registry.ts';
import { idOf } from '../format/domain.ts';
import { extentNodes, MAX_OWN_EXTENTS } from '../format/extent-nodes.ts';
import { ChunkKind } from '../format/format.ts';
import type { PackFiller } from './pack-filler.ts';
import type { SealedPack } from '../format/pack.ts';
import type { PackTaker } from './sealer.ts';
import { encodeNode, lengthOf, type TreeEntry } from '../format/tree.ts';

const MAX_PAGE = 2048;
/** Packs that are being put, 16 MiB each, while the next one is filled. */
const PACKS_WAITING = 3;
/** Bytes of one node, unless one entry alone has more. */
const MAX_NODE = 2 << 20;

/** Whether a page of a folder ends behind this name: decided by the name, so that one new name changes one page. */
export function endsPage(name: Buffer, entriesInPage: number): boolean {
  return crc32(name) % 256 === 0 || entriesInPage >= MAX_PAGE;
}

/** Encodes tree nodes and puts those that are new into metadata packs. */
export class TreeWriter {
  readonly #filler: PackFiller;
  readonly #treeIdKey: KeyObject;
  readonly #registry: ChunkRegistry;
  readonly #onPack: PackTaker;
  readonly #putting = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  readonly #onNode: ((id: Buffer, node: Buffer) => void) | undefined;

  /** `onNode` is told of every node of the tree, new or not. */
  constructor(
    filler: PackFiller,
    treeIdKey: KeyObject,
    registry: ChunkRegistry,
    onPack: PackTaker,
    onNode?: (id: Buffer, node: Buffer) => void,
  ) {
    this.#filler = filler;
    this.#treeIdKey = treeIdKey;
    this.#registry = registry;
    this.#onPack = onPack;
    this.#onNode = onNode;
  }

  /** Keeps one page; answers the ids of its nodes: more than one where entries are long. */
  async page(entries: readonly TreeEntry[]): Promise<readonly Buffer[]> {
    const ids: Buffer[] = [];
    let part: TreeEntry[] = [];
    let length = 0;
    for (const entry of entries) {
      const kept = await this.#withNodes(entry);
      if (length + lengthOf(kept) > MAX_NODE && part.length > 0) {
        ids.push(await this.#node(encodeNode(part)));
        [part, length] = [[], 0];
      }
      part.push(kept);
      length += lengthOf(kept);
    }
    if (part.length > 0) ids.push(await this.#node(encodeNode(part)));
    return ids;
  }

  /** Keeps the extents of a long file apart from its entry. */
  async #withNodes(entry: TreeEntry): Promise<TreeEntry> {
    if (entry.type !== 'file' || entry.extents.length <= MAX_OWN_EXTENTS) return entry;
    const nodes: Buffer[] = [];
    for (const node of extentNodes(entry.extents)) nodes.push(await this.#node(node));
    return { ...entry, extentNodes: nodes };
  }

  /** Keeps one node; answers its id. */
  async #node(node: Buffer): Promise<Buffer> {
    const id = idOf(this.#treeIdKey, node);
    this.#onNode?.(id, node);
    if (this.#registry.claim(id)) return id;
    const full = this.#filler.add(id, ChunkKind.tree, node);
    if (full) await this.#put(full);
    return id;
  }

  /** Puts the last pack; resolves when all of them are put. */
  async finish(): Promise<void> {
    const last = this.#filler.finish();
    if (last) await this.#put(last);
    await Promise.all(this.#putting);
    this.#refuseFailed();
  }

  /** Begins to put a pack; resolves when there is room for another one. */
  async #put(pack: SealedPack): Promise<void> {
    const putting: Promise<void> = this.#onPack(pack)
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#putting.delete(putting));
    this.#putting.add(putting);
    while (this.#putting.size >= PACKS_WAITING) await Promise.race(this.#putting);
    this.#refuseFailed();
  }

  #refuseFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

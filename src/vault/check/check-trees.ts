import { VaultError } from '../errors.ts';
import { checkExtent } from '../format/extent-nodes.ts';
import { ChunkKind, MAX_DEPTH } from '../format/format.ts';
import type { ManifestBody } from '../format/manifest.ts';
import type { CachedPack, SnapshotIndex } from '../index-cache.ts';
import type { KeyGuard } from '../key-guard.ts';
import { everyPlaceOf } from '../locate-chunk.ts';
import { openContents } from '../recovery/open-snapshot.ts';
import type { Repository } from '../repository.ts';
import { readSnapshot } from '../snapshots.ts';
import { packName, type TreeReader } from '../tree-reader.ts';
import type { NeededPack, NeededPacks } from './check-packs.ts';
import type { Findings } from './findings.ts';
import { indexesAreThere, type StoredObjects } from './stored-objects.ts';
import type { UsedChunks } from './used-chunks.ts';

export interface CheckTreesOptions {
  readonly repository: Repository;
  readonly stored: StoredObjects;
  readonly findings: Findings;
  /** Takes every chunk that is met. */
  readonly used: UsedChunks;
  readonly signal?: AbortSignal;
}

/** The check of one snapshot's tree. */
interface Walk {
  readonly reader: TreeReader;
  readonly index: SnapshotIndex;
  /** The number of the snapshot's domain. */
  readonly domain: number;
  /** Data keys that the head names: a restore opens no other. */
  readonly keys: ReadonlySet<string>;
  readonly guard: KeyGuard;
  readonly snapshot: string;
  /** Numbers of packs that were looked at. */
  readonly packs: Set<number>;
  /** The chunk that was used last, and its length: files that lie together are in the same one. */
  last?: { readonly id: Buffer; readonly plain: number };
}

/**
 * Walks snapshots from their roots, each by itself and with what a restore of it would have: that every chunk is in an index
 * object that the snapshot names, under a data key that its head names, and in a pack that is on its reference list and
 * there. What one snapshot has says nothing of what another one leads to.
 */
export class CheckTrees {
  readonly #options: CheckTreesOptions;
  readonly #packs = new Map<string, NeededPack[]>();
  readonly #sources = new Map<string, string>();

  constructor(options: CheckTreesOptions) {
    this.#options = options;
  }

  /** Packs that some snapshot needs and the store has. */
  get packs(): NeededPacks {
    return this.#packs;
  }

  /** Names of sources, by the ids of snapshots whose keys, index and domain could be opened. */
  get sources(): ReadonlyMap<string, string> {
    return this.#sources;
  }

  /** Checks one snapshot. What the vault refuses becomes a finding about it. */
  async snapshot(id: string): Promise<void> {
    await this.#options.findings.collect(id, () => this.#snapshot(id));
  }

  async #snapshot(id: string): Promise<void> {
    const { repository, stored, findings, used, signal } = this.#options;
    const ring = repository.keyRing();
    try {
      const read = await readSnapshot(repository, ring, id);
      const { head } = read.manifest;
      indexesAreThere(stored, read.body.indexes, findings);
      const { body, domain, reader, index, guard } = await openContents(repository, ring, id, read, signal);
      for (const key of head.keys) await ring.get(key.id);
      const keys = new Set(head.keys.map((key) => key.id));
      for (const one of body.indexes) requireNamed(keys, repository.cache.indexKey(one), `index object ${one}`);
      this.#sources.set(id, body.source);
      const number = used.addDomain(domain);
      try {
        await this.#tree({ reader, index, domain: number, keys, guard, snapshot: id, packs: new Set() }, body.root);
      } catch (error) {
        this.#listedPacks(body);
        throw error;
      }
    } finally {
      ring.drop();
    }
  }

  /** What lies behind a damaged folder is known by the reference list alone: its packs are damaged or sound by themselves. */
  #listedPacks({ indexes, packs }: ManifestBody): void {
    const named = new Set(indexes);
    for (const id of packs) {
      const tellings = this.#options.repository.cache.tellings(id);
      for (const telling of tellings) if (named.has(telling.indexId)) this.#needed(telling.n, telling);
    }
  }

  async #tree(walk: Walk, nodes: readonly Buffer[], depth = 0): Promise<void> {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    const { reader, guard, snapshot } = walk;
    for (const node of nodes) {
      await guard.check();
      this.#use(walk, node, ChunkKind.tree);
    }
    for await (const entry of reader.entries(nodes)) {
      if (entry.type === 'folder') await this.#tree(walk, entry.nodes, depth + 1);
      if (entry.type !== 'file') continue;
      for (const node of entry.extentNodes ?? []) this.#use(walk, node, ChunkKind.tree);
      for (const extent of entry.extents) {
        this.#options.findings.attempt(snapshot, () => {
          checkExtent(extent, this.#use(walk, extent.chunk, ChunkKind.content));
        });
      }
    }
  }

  /** Notes every place that a chunk may be read from; answers the chunk's length. */
  #use(walk: Walk, id: Buffer, kind: number): number {
    if (kind === ChunkKind.content && walk.last?.id.equals(id) === true) return walk.last.plain;
    const places = everyPlaceOf(walk.index, id, kind);
    for (const { pack: number, entry } of places) {
      if (!walk.packs.has(number)) {
        const pack = walk.index.pack(number);
        requireNamed(walk.keys, pack.keyId, `pack ${pack.id}`);
        this.#needed(number, pack);
        walk.packs.add(number);
      }
      this.#options.used.add(number, entry, walk.domain);
    }
    const plain = Math.min(...places.map(({ entry }) => entry.plain));
    if (kind === ChunkKind.content) walk.last = { id, plain };
    return plain;
  }

  #needed(number: number, { id, length, keyId, indexId }: CachedPack): void {
    if (this.#options.stored.packs.get(packName(id)) !== length) return this.#missing(id);
    const tellings = this.#packs.get(id) ?? [];
    if (!tellings.some((one) => one.number === number)) tellings.push({ number, keyId, indexId });
    this.#packs.set(id, tellings);
  }

  /** A finding about the pack, and not about the snapshot that was looked at first: others need it, too. */
  #missing(pack: string): void {
    const text = `The pack ${pack} is not in the store, or not with its length`;
    this.#options.findings.add({ code: 'object-missing', where: packName(pack), text });
  }
}

/** Refuses what lies under a data key that a restore would not open, whoever else has it open. */
function requireNamed(keys: ReadonlySet<string>, keyId: string | undefined, what: string): void {
  if (keyId !== undefined && keys.has(keyId)) return;
  throw new VaultError('commitment-mismatch', `The ${what} is under a data key that the snapshot's head does not name`);
}

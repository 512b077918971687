import { VaultError } from '../errors.ts';
import { ChunkKind, MAX_DEPTH } from '../format/format.ts';
import { dedupeKeyOf, type ManifestBody } from '../format/manifest.ts';
import type { CachedPack, ChunkIndex } from '../index-cache.ts';
import { loadIndexes } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import { openDomain, type Repository } from '../repository.ts';
import { readSnapshot } from '../snapshots.ts';
import { packName, TreeReader } from '../tree-reader.ts';
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
  readonly index: ChunkIndex;
  /** The number of the snapshot's domain. */
  readonly domain: number;
  readonly writer: string;
  /** Packs of the snapshot's reference list. */
  readonly listed: ReadonlySet<string>;
  readonly guard: KeyGuard;
  readonly snapshot: string;
}

/** Walks snapshots from their roots: that each chunk is in an index, in a pack that is there, and on the reference list. */
export class CheckTrees {
  readonly #options: CheckTreesOptions;
  readonly #packs = new Map<string, string>();
  readonly #sources = new Map<string, string>();

  constructor(options: CheckTreesOptions) {
    this.#options = options;
  }

  /** Packs that some snapshot needs and the store has, by id, with the data key that they are under. */
  get packs(): ReadonlyMap<string, string> {
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
      const { manifest, body } = await readSnapshot(repository, ring, id);
      ring.expect(manifest.head.keys);
      indexesAreThere(stored, body.indexes, findings);
      const guard = new KeyGuard(ring, manifest.head.body.key, repository.clock, signal);
      for (const key of manifest.head.keys) await ring.get(key.id);
      const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
      if (domain.id !== manifest.head.domain)
        throw new VaultError('malformed', 'The snapshot names another source than its head');
      const index = await loadIndexes(repository, ring, body);
      this.#sources.set(id, body.source);
      const listed = new Set(body.packs);
      const number = used.addDomain(domain);
      const reader = new TreeReader(repository, ring, domain.treeIdKey, index);
      const { writer } = manifest.head;
      try {
        await this.#tree({ reader, index, domain: number, writer, listed, guard, snapshot: id }, body.root);
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
    for (const id of packs) {
      const pack = this.#options.repository.cache.tellings(id).find(({ indexId }) => indexes.includes(indexId));
      if (pack) this.#needed(pack);
    }
  }

  async #tree(walk: Walk, nodes: readonly Buffer[], depth = 0): Promise<void> {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    const { reader, guard, snapshot } = walk;
    for (const node of nodes) {
      await guard.check();
      if (this.#isNew(walk, node)) this.#locate(walk, node, ChunkKind.tree);
    }
    for await (const entry of reader.entries(nodes)) {
      if (entry.type === 'folder') await this.#tree(walk, entry.nodes, depth + 1);
      if (entry.type !== 'file') continue;
      for (const node of entry.extentNodes ?? []) {
        if (this.#isNew(walk, node)) this.#locate(walk, node, ChunkKind.tree);
      }
      for (const { chunk, offset, length } of entry.extents) {
        await this.#options.findings.collect(snapshot, async () => {
          const plain = this.#isNew(walk, chunk) ? this.#locate(walk, chunk, ChunkKind.content) : undefined;
          if (plain !== undefined && offset + length > plain) {
            throw new VaultError('malformed', 'An extent is beyond its chunk');
          }
        });
      }
    }
  }

  #isNew({ domain, writer }: Walk, id: Buffer): boolean {
    return this.#options.used.add(id, domain, writer);
  }

  /** Finds a chunk's pack, whether it is there, and that it is on the reference list; answers the chunk's length. */
  #locate({ index, listed }: Walk, id: Buffer, kind: number): number {
    const found = index.find(id);
    if (!found || found.entry.kind !== kind)
      throw new VaultError('chunk-missing', 'A part of the snapshot is in no index of this vault');
    const pack = index.pack(found.pack);
    this.#needed(pack);
    if (!listed.has(pack.id)) {
      throw new VaultError('malformed', `The pack ${pack.id} is needed and is not on the snapshot's reference list`);
    }
    return found.entry.plain;
  }

  #needed({ id, length, keyId }: CachedPack): void {
    if (this.#options.stored.packs.get(packName(id)) === length) this.#packs.set(id, keyId);
    else this.#missing(id);
  }

  /** A finding about the pack, and not about the snapshot that was looked at first: others need it, too. */
  #missing(pack: string): void {
    const text = `The pack ${pack} is not in the store, or not with its length`;
    this.#options.findings.add({ code: 'object-missing', where: packName(pack), text });
  }
}

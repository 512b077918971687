import type { DedupeDomain } from '../format/domain.ts';
import { VaultError } from '../errors.ts';
import { MAX_DEPTH, type ChunkEntry } from '../format/format.ts';
import type { CachedPack, ChunkIndex } from '../index-cache.ts';
import type { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import type { ManifestBody } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import { TreeReader } from '../tree-reader.ts';

export interface UsedChunksOptions {
  readonly repository: Repository;
  readonly ring: KeyRing;
  readonly domain: DedupeDomain;
  /** Of the snapshot, from `loadIndexes`. */
  readonly index: ChunkIndex;
  readonly body: Pick<ManifestBody, 'root'>;
  readonly guard: KeyGuard;
}

/** Tells of every chunk and tree node of a snapshot and of the pack it lies in; of one that is used often, often. */
export async function usedChunks(
  { repository, ring, domain, index, body, guard }: UsedChunksOptions,
  onChunk: (id: Buffer, pack: CachedPack, entry: ChunkEntry) => void,
): Promise<void> {
  const reader = new TreeReader(repository, ring, domain.treeIdKey, index);
  const packs = new Map<number, CachedPack>();
  const tell = (id: Buffer): void => {
    const found = index.find(id);
    if (!found) throw new VaultError('chunk-missing', 'A part of the snapshot is in no index of this vault');
    const pack = packs.get(found.pack) ?? index.pack(found.pack);
    packs.set(found.pack, pack);
    onChunk(id, pack, found.entry);
  };
  const walk = async (nodes: readonly Buffer[], depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    await guard.check();
    for (const node of nodes) tell(node);
    for await (const entry of reader.entries(nodes)) {
      if (entry.type === 'folder') await walk(entry.nodes, depth + 1);
      else if (entry.type === 'file') {
        for (const node of entry.extentNodes ?? []) tell(node);
        for (const { chunk } of entry.extents) tell(chunk);
      }
    }
  };
  await walk(body.root, 0);
}

import { VaultError } from './errors.ts';
import type { ChunkIndex, Location, SnapshotIndex } from './index-cache.ts';

function missing(): VaultError {
  return new VaultError('chunk-missing', 'A part of the snapshot is in no index and pack that it names');
}

/** Where a chunk of this kind lies. @throws {VaultError} `chunk-missing` */
export function locateChunk(index: ChunkIndex, id: Buffer, kind: number): Location {
  const found = index.find(id);
  if (found?.entry.kind !== kind) throw missing();
  return found;
}

/** Each place where a restore may look for it: {@link locateChunk} answers any of them. @throws {VaultError} `chunk-missing` */
export function everyPlaceOf(index: SnapshotIndex, id: Buffer, kind: number): readonly Location[] {
  const found = index.findAll(id);
  if (found.length === 0 || found.some(({ entry }) => entry.kind !== kind)) throw missing();
  return found;
}

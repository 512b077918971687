import { readCheckpoint } from './checkpoint.ts';
import { TileMissingError } from './edge.ts';
import type { TileTarget } from './log.ts';
import { bundleItem, CHECKPOINT_PATH, parseBundle, TILE_WIDTH, tilePath, tileWidth } from './tile.ts';

/**
 * Erases the details of entries, with their salts, so that nobody can tell any more what they were. The leaves and the
 * tree stay as they are. Copies of the log that were made before keep them. Whoever calls it is the log's only writer.
 *
 * @throws {RangeError} the log has no such entry; nothing was erased.
 */
export async function eraseDetails(target: TileTarget, indexes: readonly number[]): Promise<void> {
  const note = await target.read(CHECKPOINT_PATH);
  const size = note ? readCheckpoint(note.toString('utf8')).size : 0;
  for (const index of indexes) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new RangeError(`the log has no entry ${index}`);
  }
  for (const bundle of new Set(indexes.map((index) => Math.floor(index / TILE_WIDTH)))) {
    const width = tileWidth(size, 0, bundle);
    const path = tilePath('details', bundle, width);
    const bytes = await target.read(path);
    if (!bytes) throw new TileMissingError(path);
    const items = parseBundle(bytes, width).map((item, i) =>
      bundleItem(indexes.includes(bundle * TILE_WIDTH + i) ? Buffer.alloc(0) : item),
    );
    await target.write({ path, bytes: Buffer.concat(items) });
  }
}

import { readCheckpoint } from '../../src/audit/checkpoint.ts';
import { leavesOf } from '../../src/audit/copy-log.ts';
import { CHECKPOINT_PATH } from '../../src/audit/tile.ts';
import { TileFolders } from '../../src/store/tile-folder.ts';
import { dataPaths } from '../../src/server/unsealed.ts';

/** An entry as it stands in the log. */
export interface LogEntry {
  readonly action: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly request: string;
  readonly key?: string;
  readonly time: number;
}

/** Every entry of every log of a data folder, in the order of each log. */
export async function logEntries(dataFolder: string): Promise<LogEntry[]> {
  const folders = new TileFolders(dataPaths(dataFolder).audit);
  const entries: LogEntry[] = [];
  for (const log of folders.logs()) {
    const tiles = folders.of(log);
    const note = tiles.read(CHECKPOINT_PATH);
    if (note === undefined) continue;
    const { size } = readCheckpoint(Buffer.from(note).toString('utf8'));
    for (const leaf of await leavesOf(tiles, size, 0, size))
      entries.push(JSON.parse(leaf.toString('utf8')) as LogEntry);
  }
  return entries;
}

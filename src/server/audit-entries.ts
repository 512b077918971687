import { TILE_WIDTH } from '../audit/tile.ts';
import { LogReader, type LoggedEntry } from '../audit/log-reader.ts';
import { readEntry, type ActDetails } from '../audit/told-entry.ts';
import type { Config } from '../config/config.ts';
import { TileFolders } from '../store/tile-folder.ts';
import { dataPaths } from './unsealed.ts';

/** An entry as people ask for it: members of its leaf, and its details where they were not erased. */
export interface ShownEntry {
  readonly log: string;
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly principal: string;
  readonly action: string;
  readonly outcome: string;
  readonly request: string;
  readonly key?: string;
  readonly reason?: string;
  readonly details?: ActDetails;
}

/**
 * The newest entries of all audit logs of a data folder that fit, oldest first; at most `limit`. Reads only, beside a
 * running server too; needs no seal. It verifies nothing: `verifyAudit` does.
 */
export async function newestEntries(
  config: Config,
  fits: (entry: ShownEntry) => boolean,
  limit: number,
): Promise<ShownEntry[]> {
  const folders = new TileFolders(dataPaths(config.dataFolder).audit);
  const found: ShownEntry[] = [];
  for (const log of folders.logs()) found.push(...(await newestOf(new LogReader(folders.of(log)), log, fits, limit)));
  return found.toSorted((one, other) => one.time - other.time).slice(-limit);
}

async function newestOf(
  reader: LogReader,
  log: string,
  fits: (entry: ShownEntry) => boolean,
  limit: number,
): Promise<ShownEntry[]> {
  let found: ShownEntry[] = [];
  for (let to = (await reader.head())?.size ?? 0; to > 0 && found.length < limit; to -= TILE_WIDTH) {
    const entries = await reader.read(Math.max(0, to - TILE_WIDTH), to);
    found = [...entries.map((entry) => shown(log, entry)).filter(fits), ...found];
  }
  return found.slice(-limit);
}

function shown(log: string, logged: LoggedEntry): ShownEntry {
  const { index, time, principal, action, outcome, request, key, reason, details, isErased } = readEntry(log, logged);
  return {
    log,
    index,
    time,
    principal,
    action,
    outcome,
    request,
    ...(key !== undefined && { key }),
    ...(reason !== undefined && { reason }),
    ...(!isErased && { details }),
  };
}

import { timeOfLeaf } from './last-uses.ts';
import type { LogReader } from './log-reader.ts';
import { TILE_WIDTH } from './tile.ts';
import type { ToldEntry } from './told-entry.ts';
import { wantedEntries, type WantedEntry } from './wanted-entry.ts';

/** What is looked for. Times are milliseconds since 1970: from the first up to, and without, the second. */
export interface LookBack {
  readonly wanted: WantedEntry;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Only entries before this one. */
  readonly before?: number;
  /** How many are answered at the most. */
  readonly limit: number;
}

/** What was found, the newest first, and how far was looked. */
export interface LookedBack {
  readonly entries: readonly ToldEntry[];
  /** The oldest entry that was looked at; absent where there was none to look at. */
  readonly searchedTo?: { readonly index: number; readonly timeMs: number };
  /** `before` of the next call; absent when there is nothing older to look at. */
  readonly next?: number;
}

/** How far the clocks that wrote a log may be apart, and times be out of order, for a range of times to be whole. */
export const CLOCK_SLACK_MS = 3_600_000;
/** After so many bytes of entries others get their turn. */
const SLICE_BYTES = 64 << 10;

/**
 * Looks through a log from its newest entry back. `goOn` is asked after each slice of work, about a millisecond long: it
 * gives way to others, and says whether there is time for more.
 *
 * A range of times is found by halving: an entry whose clock was wrong by more than {@link CLOCK_SLACK_MS} may be passed
 * over, which no look without a range does.
 */
export async function lookBack(
  reader: LogReader,
  log: string,
  { wanted, fromMs = -Infinity, toMs = Infinity, before = Infinity, limit }: LookBack,
  goOn: () => Promise<boolean>,
): Promise<LookedBack> {
  const fit = wantedEntries(log, wanted);
  const entries: ToldEntry[] = [];
  const size = (await reader.head())?.size ?? 0;
  let to = Math.min(before, size, toMs === Infinity ? Infinity : await firstSince(reader, size, toMs + CLOCK_SLACK_MS));
  let searchedTo: LookedBack['searchedTo'];
  let bytes = 0;
  while (to > 0) {
    const tile = await reader.read(Math.floor((to - 1) / TILE_WIDTH) * TILE_WIDTH, to);
    for (const logged of tile.toReversed()) {
      const { leaf, details, index } = logged;
      const timeMs = timeOfLeaf(leaf);
      searchedTo = { index, timeMs };
      to = index;
      if (timeMs < fromMs - CLOCK_SLACK_MS) return { entries, searchedTo };
      const entry = timeMs >= fromMs && timeMs < toMs ? fit(logged) : undefined;
      if (entry) entries.push(entry);
      bytes += leaf.byteLength + (details?.byteLength ?? 0);
      const isOver = entries.length >= limit || (bytes >= SLICE_BYTES && !(await goOn()));
      if (isOver) return { entries, searchedTo, ...(to > 0 && { next: to }) };
      if (bytes >= SLICE_BYTES) bytes = 0;
    }
  }
  return { entries, ...(searchedTo && { searchedTo }) };
}

/** About which entries are of a range of times: all of them, and some besides on either side. */
export async function spanOf(
  reader: LogReader,
  fromMs: number,
  toMs: number,
): Promise<{ readonly from: number; readonly to: number }> {
  const size = (await reader.head())?.size ?? 0;
  const first = await firstSince(reader, size, fromMs - CLOCK_SLACK_MS);
  const last = await firstSince(reader, size, toMs + CLOCK_SLACK_MS);
  // An entry of that time may lie in the tile before the first one that begins with it.
  return { from: Math.max(0, Math.min(size, first) - TILE_WIDTH), to: Math.min(size, last) };
}

/** About the first entry of a time or later, on the edge of a tile: none before it is that late. */
async function firstSince(reader: LogReader, size: number, timeMs: number): Promise<number> {
  let [low, high] = [0, Math.ceil(size / TILE_WIDTH)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [first] = await reader.read(middle * TILE_WIDTH, middle * TILE_WIDTH + 1);
    if (first === undefined || timeOfLeaf(first.leaf) >= timeMs) high = middle;
    else low = middle + 1;
  }
  return low * TILE_WIDTH;
}

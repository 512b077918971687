import { setTimeout as pause } from 'node:timers/promises';
import type { Directory } from '../identity/directory.ts';
import { instanceName } from '../identity/tenant.ts';
import type { KeyOutlines } from '../keys/key-outlines.ts';
import type { NamedRef, RecordReader } from '../records/ports.ts';

/** It rests so many times as long as it worked: requests have the loop to themselves for most of the time. */
const REST = 4;
/** Regions that are looked for at once. */
const PAGE = 200;

/** What is warmed, and where it is found. */
export interface WarmedLists {
  readonly records: RecordReader;
  readonly directory: Directory;
  readonly lists: KeyOutlines<unknown>;
  /** Waits for so many milliseconds, or less where it is to stop. */
  readonly rest?: (ms: number) => Promise<unknown>;
}

/**
 * Reads and proves the keys of all regions beside the requests, once, so that who searches them first need not wait for
 * it: some 25 microseconds for each of them. A few at a time; ends early where `signal` says so, and where lists have
 * half of what they may keep, so that nothing is pushed out that somebody asked for. Answers how many keys were looked at.
 */
export async function warmKeyLists(
  { records, directory, lists, rest = (ms) => pause(ms, undefined, { ref: false }) }: WarmedLists,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for await (const { tenantId, id: region } of regionsOf(records)) {
    try {
      const space = await directory.instance(tenantId, region);
      if (space === undefined) continue;
      let sinceMs = performance.now();
      for await (const lot of lists.walk(space)) {
        count += lot.length;
        if (lists.isHalfFull || signal.aborted) return count;
        await rest(Math.max(1, REST * (performance.now() - sinceMs)));
        if (signal.aborted) return count;
        sinceMs = performance.now();
      }
    } catch {
      // Whoever asks for these keys meets what is wrong with them, in a request of its own.
    }
  }
  return count;
}

/** The regions of all tenants, by their names: what a name leads to is proven when it is opened. */
async function* regionsOf(records: RecordReader): AsyncGenerator<NamedRef, void> {
  const { space } = instanceName('');
  for (let after: string | undefined; ;) {
    const page = await records.listNames(space, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.name;
    if (page.length < PAGE) return;
  }
}

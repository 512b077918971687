import type { AuditDraft } from '../audit/entry.ts';
import type { RecordWriter } from '../records/ports.ts';

/** What refusals are counted by, from the narrowest to the widest: the first that there is room for counts. */
export type CountedUnder = readonly [narrow: readonly string[], shared: readonly string[], all: readonly string[]];

/** What is told apart within a minute. Beyond that refusals are counted together, so nobody can fill the disk. */
const MAX_NARROW = 200;

/** Counts refusals that are not worth an entry each, until they are flushed: one entry for each name. */
export class CountedRefusals {
  readonly #counts = new Map<
    string,
    { readonly under: CountedUnder; readonly name: readonly string[]; count: number }
  >();

  add(under: CountedUnder, count = 1): void {
    const [narrow, shared, all] = under;
    const name = this.#fits(narrow, MAX_NARROW) ? narrow : this.#fits(shared, 2 * MAX_NARROW) ? shared : all;
    const key = JSON.stringify(name);
    const counted = this.#counts.get(key);
    if (counted === undefined) this.#counts.set(key, { under, name, count });
    else counted.count += count;
  }

  #fits(name: readonly string[], limit: number): boolean {
    return this.#counts.size < limit || this.#counts.has(JSON.stringify(name));
  }

  /** Records what was counted. What could not be recorded is counted on. @throws what the writer throws */
  async flush(writer: RecordWriter, entryOf: (name: readonly string[], count: number) => AuditDraft): Promise<void> {
    const counts = [...this.#counts.values()];
    this.#counts.clear();
    const entries = counts.map(async ({ under, name, count }) => {
      try {
        await writer.record(entryOf(name, count));
      } catch (error) {
        this.add(under, count);
        throw error;
      }
    });
    const failed = (await Promise.allSettled(entries)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

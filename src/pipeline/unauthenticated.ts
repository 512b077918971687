import type { Random } from '../crypto/random.ts';
import { INSTALLATION } from '../records/record.ts';
import type { RecordWriter } from '../records/ports.ts';

/** Sources that are told apart within a minute. Beyond that they are counted together, so nobody can fill the disk. */
const MAX_SOURCES = 200;
const OTHERS = 'others';
const ALL_OTHERS = JSON.stringify([OTHERS, OTHERS, OTHERS]);

/**
 * Counts requests of nobody known, by source, protocol and reason. One entry each goes to the installation's log when
 * {@link flush} is called, about once a minute.
 */
export class UnauthenticatedRefusals {
  readonly #counts = new Map<string, number>();

  note(protocol: string, address: string, reason: string): void {
    this.#add(protocol, address, reason, 1);
  }

  #add(protocol: string, address: string, reason: string, count: number): void {
    const own = JSON.stringify([protocol, address, reason]);
    const shared = JSON.stringify([protocol, OTHERS, reason]);
    const name = this.#fits(own, MAX_SOURCES) ? own : this.#fits(shared, 2 * MAX_SOURCES) ? shared : ALL_OTHERS;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  #fits(name: string, limit: number): boolean {
    return this.#counts.has(name) || this.#counts.size < limit;
  }

  /** What could not be recorded is counted on. @throws what the writer throws */
  async flush(writer: RecordWriter, nowMs: number, random: Random): Promise<void> {
    const counts = [...this.#counts];
    this.#counts.clear();
    const entries = counts.map(async ([name, count]) => {
      const [protocol, address, reason] = JSON.parse(name) as [string, string, string];
      const entry = {
        tenantId: INSTALLATION,
        timeMs: nowMs,
        principal: 'unknown',
        action: 'installation:Authenticate',
        requestId: 'counted',
        outcome: 'refused' as const,
        reason,
        details: { protocol, address, count },
        salt: random(16),
      };
      try {
        await writer.record(entry);
      } catch (error) {
        this.#add(protocol, address, reason, count);
        throw error;
      }
    });
    const failed = (await Promise.allSettled(entries)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

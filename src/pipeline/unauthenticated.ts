import type { Random } from '../crypto/random.ts';
import { INSTALLATION } from '../records/record.ts';
import type { RecordWriter } from '../records/ports.ts';

/** Sources that are told apart within a minute. Beyond that they are counted together, so nobody can fill the disk. */
const MAX_SOURCES = 200;
const OTHERS = 'others';

/**
 * Counts requests of nobody known, by source, protocol and reason. One entry each goes to the installation's log when
 * {@link flush} is called, about once a minute.
 */
export class UnauthenticatedRefusals {
  readonly #counts = new Map<string, number>();

  note(protocol: string, address: string, reason: string): void {
    const own = JSON.stringify([protocol, address, reason]);
    const name =
      this.#counts.has(own) || this.#counts.size < MAX_SOURCES ? own : JSON.stringify([protocol, OTHERS, reason]);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  async flush(writer: RecordWriter, nowMs: number, random: Random): Promise<void> {
    const counts = [...this.#counts];
    this.#counts.clear();
    const entries = counts.map(([name, count]) => {
      const [protocol, address, reason] = JSON.parse(name) as [string, string, string];
      return writer.record({
        tenantId: INSTALLATION,
        timeMs: nowMs,
        principal: 'unknown',
        action: 'installation:Authenticate',
        requestId: 'counted',
        outcome: 'refused',
        reason,
        details: { protocol, address, count },
        salt: random(16),
      });
    });
    await Promise.all(entries);
  }
}

import type { Random } from '../crypto/random.ts';
import { INSTALLATION } from '../records/record.ts';
import type { RecordWriter } from '../records/ports.ts';
import { CountedRefusals } from './counted-refusals.ts';

const OTHERS = 'others';

/**
 * Counts requests of nobody known, by source, protocol and reason. One entry each goes to the installation's log when
 * {@link flush} is called, about once a minute.
 */
export class UnauthenticatedRefusals {
  readonly #counts = new CountedRefusals();

  note(protocol: string, address: string, reason: string): void {
    this.#counts.add([
      [protocol, address, reason],
      [protocol, OTHERS, reason],
      [OTHERS, OTHERS, OTHERS],
    ]);
  }

  /** What could not be recorded is counted on. @throws what the writer throws */
  flush(writer: RecordWriter, nowMs: number, random: Random): Promise<void> {
    return this.#counts.flush(writer, ([protocol = '', address = '', reason = ''], count) => ({
      tenantId: INSTALLATION,
      timeMs: nowMs,
      principal: 'unknown',
      action: 'installation:Authenticate',
      requestId: 'counted',
      outcome: 'refused',
      reason,
      details: { protocol, address, count },
      salt: random(16),
    }));
  }
}

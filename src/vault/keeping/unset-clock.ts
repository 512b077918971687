import { VaultError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** By more than this no clock strays during a run: it was set. In milliseconds. */
const TOLERANCE_MS = 60_000;

/**
 * Watches from now on that nobody sets the clock by which something is deleted. What comes back is called before each
 * step of the work.
 *
 * @throws {VaultError} the watch, once the clock was set forward or back: `clock-set`
 */
export function unsetClock(clock: Clock): () => void {
  const aheadMs = (): number => clock.nowMs() - clock.monotonicMs();
  const startedAheadMs = aheadMs();
  return () => {
    const byMs = Math.round(aheadMs() - startedAheadMs);
    if (Math.abs(byMs) <= TOLERANCE_MS) return;
    const way = byMs > 0 ? 'forward' : 'back';
    throw new VaultError(
      'clock-set',
      `The clock was set ${way} by ${Math.round(Math.abs(byMs) / 1000)} seconds while this run was deleting by it`,
    );
  };
}

import { StoreUnusableError } from '../store/errors.ts';
import type { Health } from './health.ts';

/** Where faults are written. */
export interface FaultLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Tells of what went wrong inside, a line for each; but one alone for requests that are still at work when the server has
 * closed its store: hundreds of signatures may wait for their turn, and none of them is answered without its record.
 */
export function faultsTo(
  log: FaultLog,
  health: Pick<Health, 'isClosing'>,
): (error: unknown, requestId?: string) => void {
  let isTold = false;
  return (error, requestId) => {
    if (!(health.isClosing && error instanceof StoreUnusableError)) {
      log.error({ err: error, requestId }, 'request failed');
      return;
    }
    if (isTold) return;
    isTold = true;
    log.warn({ requestId }, 'requests that took longer than the server waited at its end were not answered');
  };
}

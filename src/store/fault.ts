import { isMainThread } from 'node:worker_threads';

/** Where a test may end the process: named after what comes before or after it. */
export type FaultPoint =
  | 'store.before-commit'
  | 'store.after-commit'
  | 'sequencer.after-plan'
  | 'sequencer.after-tiles'
  | 'sequencer.after-checkpoint'
  | 'sequencer.after-prune';

/**
 * `KEYSTEAD_FAULT=<point>[:<count>[:thread]]` makes the process kill itself, as `kill -9` does, when it comes to
 * that point for the `count`-th time (the first, if no count is given). With `:thread` only the worker thread that
 * comes there ends. Anything else, and an absent variable, does nothing.
 */
const PATTERN = /^([a-z.-]+?)(?::(\d+))?(:thread)?$/;

const armed = PATTERN.exec(process.env['KEYSTEAD_FAULT'] ?? '');
let remaining = Number(armed?.[2] ?? 1);

/** Passes a fault point: returns at once, unless this very point is armed. */
export function passFaultPoint(point: FaultPoint): void {
  if (armed === null || armed[1] !== point || --remaining > 0) return;
  if (armed[3] !== undefined && !isMainThread) process.exit(70);
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process while this thread waits; nothing behind the point may run.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

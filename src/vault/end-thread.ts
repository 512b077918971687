import type { Worker } from 'node:worker_threads';

/** The message by which a thread is told to end: it answers what came before, closes its port, and is gone. */
export const END = 'end';

/**
 * Ends a thread by asking it to; resolves when it has gone, also where it went by itself. `terminate` would be no way: a
 * thread that it meets while a native package loads takes the whole process with it.
 */
export async function endThread(worker: Worker): Promise<void> {
  // What Node says of a thread that has ended.
  if (worker.threadId === -1) return;
  const gone = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  worker.postMessage(END);
  await gone;
}

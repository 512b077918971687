import { setImmediate } from 'node:timers/promises';

/**
 * Answers what gives others their turn between slices of long work, and says whether there is time for another slice.
 * `budgetMs` is time by the wall, so that a busy server gives up sooner.
 */
export function slices(budgetMs: number): () => Promise<boolean> {
  const end = performance.now() + budgetMs;
  return async () => {
    await setImmediate();
    return performance.now() < end;
  };
}

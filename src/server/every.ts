/**
 * Does a chore again and again, `intervalMs` after the last time ended. A failure is told and the chore goes on.
 * Answers a function that stops it and waits for the one that runs.
 */
export function every(
  intervalMs: number,
  onFailure: (error: unknown) => void,
  chore: () => Promise<unknown>,
): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = chore()
        .then(() => {}, onFailure)
        .finally(() => {
          if (!stopped) schedule();
        });
    }, intervalMs).unref();
  };
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}

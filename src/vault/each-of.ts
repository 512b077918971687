/** What a store that answers late is asked at once. */
const AT_ONCE = 16;

/**
 * Does something for each item, some at once, and answers in the order of the items. Begins no other one once one has
 * failed, and rejects when all that were begun have ended.
 */
export async function eachOf<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce: number = AT_ONCE,
): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    try {
      for (let at = next++; at < items.length; at = next++) answers[at] = await work(items[at] as T);
    } catch (error) {
      next = items.length;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return answers;
}

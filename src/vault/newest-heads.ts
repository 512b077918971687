import type { KnownHead } from './index-cache.ts';

/** Of each writer the newest head. */
export function newestHeads(heads: readonly KnownHead[]): KnownHead[] {
  const byWriter = new Map<string, KnownHead>();
  for (const head of heads) {
    if (head.sequence > (byWriter.get(head.writer)?.sequence ?? 0)) byWriter.set(head.writer, head);
  }
  return [...byWriter.values()];
}

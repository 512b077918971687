import type { Descriptor } from '../format/descriptor.ts';
import type { IndexCache } from '../index-cache.ts';
import { readRetired } from '../read-retired.ts';
import type { Target } from '../targets/target.ts';

/** The dedupe key of new snapshots: the descriptor's, or what has taken its place since it was retired. */
export async function currentDedupeKey(target: Target, descriptor: Descriptor, cache: IndexCache): Promise<string> {
  const { items } = await readRetired({ target, descriptor, cache });
  const successors = new Map(items.map(({ key, successor }) => [key, successor]));
  let key = descriptor.dedupeKey;
  // Each successor is newer, so it ends; the bound is for a creator that has signed a circle.
  for (let steps = 0; steps < items.length; steps++) key = successors.get(key) ?? key;
  return key;
}

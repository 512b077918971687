import type { Descriptor } from './descriptor.ts';
import { readRetired } from './read-creator-objects.ts';
import type { Target } from './targets/target.ts';

/** The dedupe key of new snapshots: the descriptor's, or what has taken its place since it was retired. */
export async function currentDedupeKey(target: Target, descriptor: Descriptor): Promise<string> {
  const { items } = await readRetired({ target, descriptor });
  const successors = new Map(items.map(({ key, successor }) => [key, successor]));
  let key = descriptor.dedupeKey;
  // Each successor is newer, so it ends; the bound is for a creator that has signed a circle.
  for (let steps = 0; steps < items.length; steps++) key = successors.get(key) ?? key;
  return key;
}

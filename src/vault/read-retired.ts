import type { IndexCache } from './index-cache.ts';
import { listed, readCreatorObjects, type CreatorObjects } from './read-creator-objects.ts';
import type { Repository } from './repository.ts';
import { openRetired, parseRetiredName, retiredName, type RetiredKey } from './format/retired.ts';
import { wrap } from './targets/wrap.ts';

/** Under which name the cache remembers that a key was retired. */
const SEEN = 'retired:';

type Reading = Pick<Repository, 'target' | 'descriptor' | 'cache'>;

/**
 * All retired keys. Retiring is for good, so one that this machine has seen counts also where the store does not show it
 * any more: a store that drops the word cannot have a leaked key relied on again.
 */
export async function readRetired(reading: Reading): Promise<CreatorObjects<RetiredKey>> {
  const { target, cache, descriptor } = reading;
  const objects = await listed(reading, 'retired/', (name) => parseRetiredName(name) !== undefined);
  const read = await readCreatorObjects(reading, objects, (name, bytes, identity) => {
    const retired = openRetired(name, bytes, identity);
    if (cache.knownRevision(SEEN + retired.key) === 0) {
      cache.keepObject(name, bytes);
      cache.rememberRevision(SEEN + retired.key, 1);
    }
    return retired;
  });
  const there = new Set(read.items.map(({ key }) => key));
  const dropped = keysSeen(cache).filter((key) => !there.has(key));
  const kept = { target: wrap(target, { get: async (name) => cache.object(name) ?? Buffer.alloc(0) }), descriptor };
  const names = dropped.map((key) => ({ name: retiredName(key), length: 0 }));
  const remembered = await readCreatorObjects(kept, names, openRetired);
  return { items: [...read.items, ...remembered.items], findings: read.findings };
}

/** What this machine has seen of retired keys and the store does not show any more. */
export async function droppedRetired(
  reading: Reading,
): Promise<{ readonly code: 'rolled-back'; readonly where: string; readonly text: string }[]> {
  const there = new Set((await listed(reading, 'retired/', () => true)).map(({ name }) => name));
  return keysSeen(reading.cache)
    .filter((key) => !there.has(retiredName(key)))
    .map((key) => ({
      code: 'rolled-back',
      where: retiredName(key),
      text: `The store does not say any more that the data key ${key} was retired`,
    }));
}

function keysSeen(cache: IndexCache): string[] {
  return [...cache.knownRevisions(SEEN).keys()].map((name) => name.slice(SEEN.length));
}

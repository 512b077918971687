import { VaultError } from './errors.ts';
import { MAX_INDEX_LENGTH } from './format/format.ts';
import type { SnapshotIndex } from './index-cache.ts';
import { openIndex } from './format/index-object.ts';
import type { ManifestBody } from './format/manifest.ts';
import type { KeyRing } from './key-ring.ts';
import type { Repository } from './repository.ts';

const NAME = /^index\/([0-9a-f]{64})$/;

/** Brings the cache to what the store has. What cannot be read is left out and named: its chunks are written again. */
export async function syncIndex(
  repository: Repository,
  ring: KeyRing,
): Promise<{ readonly skipped: readonly string[] }> {
  const { target, cache } = repository;
  const newestPack = cache.newestPack();
  const missing = cache.indexIds();
  const skipped: string[] = [];
  for await (const { name } of target.list('index/')) {
    const id = NAME.exec(name)?.[1];
    if (id === undefined || missing.delete(id)) continue;
    try {
      await loadIndex(repository, ring, id);
    } catch (error) {
      if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
      skipped.push(error.message);
    }
  }
  for (const id of missing) cache.remove(id);
  const present = new Map<string, number>();
  for await (const { name, length } of target.list('packs/'))
    present.set(name.slice(name.lastIndexOf('/') + 1), length);
  cache.setPresent(present, newestPack);
  return { skipped };
}

/**
 * Brings just the index objects of a reference list into the cache; one that cannot be read is an error. Answers where
 * the chunks of that snapshot lie.
 */
export async function loadIndexes(
  repository: Repository,
  ring: KeyRing,
  { indexes, packs }: Pick<ManifestBody, 'indexes' | 'packs'>,
): Promise<SnapshotIndex> {
  const known = repository.cache.indexIds();
  for (const id of indexes) if (!known.has(id)) await loadIndex(repository, ring, id);
  return repository.cache.within(indexes, packs);
}

async function loadIndex(repository: Repository, ring: KeyRing, id: string): Promise<void> {
  const { target, descriptor, cache } = repository;
  const bytes = await target.get(`index/${id}`, MAX_INDEX_LENGTH);
  const index = await openIndex(id, bytes, descriptor.vault, descriptor.writers, (keyId) => ring.get(keyId));
  cache.add(index);
}

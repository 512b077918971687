import { creatorFor } from '../further-writers.ts';
import { sealIndex, type IndexedPack } from '../format/index-object.ts';
import type { HeldKey } from '../format/object-key.ts';
import type { Repository } from '../repository.ts';

const PACKS_AT_ONCE = 128;

/** Writes index objects under a new key of packs that only index objects under unwanted keys tell of. */
export async function retell(
  repository: Repository,
  metadata: HeldKey,
  packIds: readonly string[],
  unwanted: ReadonlySet<string>,
): Promise<void> {
  const { target, descriptor, cache, random } = repository;
  const creator = creatorFor(repository);
  const packs = packIds.flatMap((id): IndexedPack[] => {
    const tellings = cache.tellings(id);
    const [one] = tellings;
    if (one === undefined || tellings.some(({ indexKeyId }) => !unwanted.has(indexKeyId))) return [];
    return [{ id, keyId: one.keyId, length: one.length, entries: cache.chunksOf(one.n) }];
  });
  for (let at = 0; at < packs.length; at += PACKS_AT_ONCE) {
    const some = packs.slice(at, at + PACKS_AT_ONCE);
    const { id, bytes } = sealIndex(some, metadata, descriptor.vault, creator, random(32));
    await target.put(`index/${id}`, bytes);
    cache.add({ id, keyId: metadata.id, writer: creator.id, packs: some });
  }
}

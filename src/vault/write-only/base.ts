import type { DedupeDomain } from '../format/domain.ts';
import { VaultError } from '../errors.ts';
import type { CachedPack, IndexCache } from '../index-cache.ts';
import type { RememberedSnapshot, WriterMemory } from './memory.ts';
import type { ServerWord, WriteOnly } from './write-only.ts';

/**
 * How long packs of a run that died are built upon. What nothing names is marked when it has lain in the store for seven
 * days: docs/spec/backup-format.md, section 13.
 */
const ORPHANS_FOR_MS = 5 * 24 * 3_600_000;

/** How long a run goes by what the server said before its manifest: then it asks again. Retired keys live much longer. */
export const WORD_COUNTS_MS = 5 * 60_000;

/** What a run of a write-only host begins with. */
export interface WriteOnlyBase {
  readonly word: ServerWord;
  /** The newest snapshot of the source that is still there. */
  readonly parent: RememberedSnapshot | undefined;
  /** Whether nothing may be built upon a pack. */
  readonly has: (pack: CachedPack) => boolean;
}

/** Asks the server, and lets the cache find only what certainly is there and will stay. */
export async function writeOnlyBase(
  { memory, ask }: WriteOnly,
  cache: IndexCache,
  { id: domain }: DedupeDomain,
): Promise<WriteOnlyBase> {
  const word = await ask();
  const live = new Set(word.snapshots);
  const remembered = memory.snapshots();
  memory.forget(remembered.filter(({ id }) => !live.has(id)).map(({ id }) => id));
  memory.forgetPacks(word.nowMs - ORPHANS_FOR_MS);
  const there = remembered.filter(({ id }) => live.has(id));
  cache.trustOnly(packsThere(memory, word));
  const marked = new Set(word.marked.map(lastPart));
  return {
    word,
    parent: there.findLast((snapshot) => snapshot.domain === domain),
    has: ({ id, keyId, indexId, indexKeyId }) => [id, keyId, indexId, indexKeyId].some((name) => marked.has(name)),
  };
}

/** Packs that certainly are in the store, and will stay for long enough. */
function packsThere(memory: WriterMemory, { snapshots, nowMs }: ServerWord): Set<string> {
  const live = new Set(snapshots);
  const needed = memory.snapshots().flatMap(({ id, packs }) => (live.has(id) ? packs : []));
  return new Set([...needed, ...memory.packsSince(nowMs - ORPHANS_FOR_MS)]);
}

/** Packs, index objects and data keys have ids that are all different. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Asks the server before the manifest is put: what the run refers to must not be about to be deleted. */
export async function askBeforeManifest(
  { ask, memory }: WriteOnly,
  { packs, indexes, keyIds }: { packs: readonly string[]; indexes: readonly string[]; keyIds: ReadonlySet<string> },
): Promise<ServerWord> {
  const word = await ask();
  const used = new Set([...packs, ...indexes, ...keyIds]);
  const marked = word.marked.find((name) => used.has(lastPart(name)));
  if (marked !== undefined)
    throw new VaultError('conflict', `The object ${marked} that this run builds upon is about to be deleted`);
  // A run that goes on for days may see the snapshots go that it builds upon, and the marks on what they needed too.
  const there = packsThere(memory, word);
  const gone = packs.find((id) => !there.has(id));
  if (gone === undefined) return word;
  throw new VaultError('conflict', `The pack ${gone} that this run builds upon may be gone since it began`);
}

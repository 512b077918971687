import { randomInt } from 'node:crypto';
import { ChunkKind, MAX_PACK_LENGTH } from '../format/format.ts';
import { openChunk, openChunkUnchecked, openPackTable, packKey, sealedChunk } from '../format/pack.ts';
import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Progress } from '../progress.ts';
import type { Repository } from '../repository.ts';
import { packName } from '../tree-reader.ts';
import { damageIn, type Findings } from './findings.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { UsedChunks } from './used-chunks.ts';

/** What one index object tells of a pack that snapshots need. */
export interface NeededPack {
  /** Of the pack, as that index object tells of it. */
  readonly number: number;
  readonly keyId: string;
  readonly indexId: string;
}

/** By the ids of packs, each with everything that is told of it. */
export type NeededPacks = ReadonlyMap<string, readonly NeededPack[]>;

export interface CheckPacksOptions {
  readonly repository: Repository;
  readonly packs: NeededPacks;
  readonly stored: StoredObjects;
  readonly used: UsedChunks;
  readonly findings: Findings;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Reads packs, and opens every chunk as a restore would. Answers how many bytes of packs were sound. */
export async function checkPacks(options: CheckPacksOptions): Promise<number> {
  const { repository, packs, stored, findings, progress } = options;
  const lengthOf = (id: string): number => stored.packs.get(packName(id)) ?? 0;
  progress.restart([...packs.keys()].reduce((sum, id) => sum + lengthOf(id), 0));
  const ring = repository.keyRing();
  let verified = 0;
  try {
    const guard = await guardOf(options, ring);
    for (const [id, tellings] of packs) {
      await guard?.check();
      await findings.collect(packName(id), async () => {
        verified += await checkPack(options, ring, id, tellings);
      });
      progress.bytes += lengthOf(id);
      progress.tell('check');
    }
  } finally {
    ring.drop();
  }
  return verified;
}

/** Asks the master key all the while, by the first data key that can be opened: one that is damaged ends no check. */
async function guardOf({ repository, packs, signal }: CheckPacksOptions, ring: KeyRing): Promise<KeyGuard | undefined> {
  for (const keyId of new Set([...packs.values()].flat().map((telling) => telling.keyId))) {
    try {
      await ring.get(keyId);
      return new KeyGuard(ring, keyId, repository.clock, signal);
    } catch (error) {
      if (!damageIn(error)) throw error;
    }
  }
  return undefined;
}

/**
 * Answers its length. What is wrong with the pack itself is thrown; what an index object tells of it and is not so is a
 * finding about that index object, and hits nobody whose snapshots do not name it.
 *
 * @throws {VaultError} what is wrong with it
 */
async function checkPack(
  { repository: { target, descriptor }, used, findings }: CheckPacksOptions,
  ring: KeyRing,
  id: string,
  tellings: readonly NeededPack[],
): Promise<number> {
  const bytes = await target.get(packName(id), MAX_PACK_LENGTH);
  const { key, entries } = await openPackTable(id, bytes, (keyId) => ring.get(keyId), descriptor.vault);
  const opened = new Set<number>();
  for (const { number, keyId, indexId } of tellings) {
    await findings.collect(`index/${indexId}`, async () => {
      const told = packKey(bytes, await ring.get(keyId), descriptor.vault);
      for (const { entry, domain } of used.of(number)) {
        const idKey = entry.kind === ChunkKind.tree ? domain.treeIdKey : domain.chunkIdKey;
        openChunk(told.key, idKey, entry, sealedChunk(bytes, entry));
        opened.add(entry.offset);
      }
    });
  }
  // Of chunks that no snapshot uses nobody knows the domain: their tag is all there is to check.
  for (const entry of entries)
    if (!opened.has(entry.offset)) openChunkUnchecked(key.key, entry, sealedChunk(bytes, entry));
  return bytes.length;
}

/** Some of the packs, chosen at random; at least one. `percent` is of their number. */
export function sampleOf(packs: NeededPacks, percent: number): NeededPacks {
  const wanted = Math.min(packs.size, Math.max(1, Math.ceil((packs.size * percent) / 100)));
  const left = [...packs];
  // The first places of a Fisher-Yates shuffle.
  for (let i = 0; i < wanted; i++) {
    const j = randomInt(i, left.length);
    const [one, other] = [left[i], left[j]] as [(typeof left)[number], (typeof left)[number]];
    [left[i], left[j]] = [other, one];
  }
  return new Map(left.slice(0, wanted));
}

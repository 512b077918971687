import { randomInt } from 'node:crypto';
import { VaultError } from '../errors.ts';
import { idOf } from '../format/domain.ts';
import { ChunkKind, MAX_PACK_LENGTH, type ChunkEntry } from '../format/format.ts';
import { openChunkUnchecked, readPackTable } from '../format/pack.ts';
import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Progress } from '../progress.ts';
import type { Repository } from '../repository.ts';
import { isDamage } from '../restore/restore-steps.ts';
import { packName } from '../tree-reader.ts';
import type { Findings } from './findings.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { UsedChunks } from './used-chunks.ts';

export interface CheckPacksOptions {
  readonly repository: Repository;
  /** Ids of packs, with the data keys that they are under. */
  readonly packs: ReadonlyMap<string, string>;
  readonly stored: StoredObjects;
  readonly used: UsedChunks;
  readonly findings: Findings;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Reads packs, decrypts every chunk and compares it with its id. Answers how many bytes of packs were sound. */
export async function checkPacks(options: CheckPacksOptions): Promise<number> {
  const { repository, packs, stored, used, findings, progress } = options;
  const lengthOf = (id: string): number => stored.packs.get(packName(id)) ?? 0;
  progress.restart([...packs.keys()].reduce((sum, id) => sum + lengthOf(id), 0));
  const ring = repository.keyRing();
  let verified = 0;
  try {
    const guard = await guardOf(options, ring);
    for (const [id, keyId] of packs) {
      await guard?.check();
      await findings.collect(packName(id), async () => {
        verified += await checkPack(repository, ring, used, id, keyId);
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
  for (const keyId of new Set(packs.values())) {
    try {
      await ring.get(keyId);
      return new KeyGuard(ring, keyId, repository.clock, signal);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return undefined;
}

/** Answers its length. @throws {VaultError} what is wrong with it */
async function checkPack(
  { target, descriptor }: Repository,
  ring: KeyRing,
  used: UsedChunks,
  id: string,
  keyId: string,
): Promise<number> {
  const bytes = await target.get(packName(id), MAX_PACK_LENGTH);
  const { key, entries } = readPackTable(id, bytes, await ring.get(keyId), descriptor.vault);
  for (const entry of entries) {
    const plain = openChunkUnchecked(key.key, entry, bytes.subarray(entry.offset, entry.offset + entry.stored));
    checkId(used, entry, plain);
  }
  return bytes.length;
}

/** Chunks that no snapshot uses have no known domain: their tag is all there is to check. */
function checkId(used: UsedChunks, entry: ChunkEntry, plain: Buffer): void {
  const domain = used.domainOf(entry.id);
  if (!domain) return;
  const idKey = entry.kind === ChunkKind.tree ? domain.treeIdKey : domain.chunkIdKey;
  if (!idOf(idKey, plain).equals(entry.id)) throw new VaultError('tampered', 'A chunk is not what its id says');
}

/** Some of the packs, chosen at random; at least one. `percent` is of their number. */
export function sampleOf(packs: ReadonlyMap<string, string>, percent: number): ReadonlyMap<string, string> {
  const wanted = Math.min(packs.size, Math.max(1, Math.ceil((packs.size * percent) / 100)));
  const left = [...packs];
  // The first places of a Fisher-Yates shuffle.
  for (let i = 0; i < wanted; i++) {
    const j = randomInt(i, left.length);
    [left[i], left[j]] = [left[j] as [string, string], left[i] as [string, string]];
  }
  return new Map(left.slice(0, wanted));
}

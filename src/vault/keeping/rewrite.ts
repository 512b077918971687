import { commitSnapshot } from '../backup/commit-snapshot.ts';
import { ChunkRegistry } from '../backup/chunk-registry.ts';
import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import type { CachedPack, KnownHead } from '../index-cache.ts';
import { loadIndexes, syncIndex } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import { isSameMasterKey } from '../master-keys/master-key.ts';
import { dedupeKeyOf, snapshotId, type NeededKey, type SnapshotRecipient } from '../format/manifest.ts';
import type { HeldKey } from '../format/object-key.ts';
import { openDomain, type Repository } from '../repository.ts';
import { readBody } from '../snapshots.ts';
import { Avoided } from './avoided.ts';
import { bury } from './bury.ts';
import { PackCopier } from './pack-copier.ts';
import { retell } from './retell.ts';
import type { Survey, Surveyed } from './survey.ts';
import { usedChunks } from './used-chunks.ts';

/** What is to be got rid of. */
export interface Unwanted {
  readonly isPack: (pack: CachedPack) => boolean;
  /** Data keys under which neither index objects nor manifests may stay. */
  readonly keys: ReadonlySet<string>;
}

export interface RewriteOptions {
  readonly repository: Repository;
  readonly ring: KeyRing;
  readonly survey: Survey;
  readonly unwanted: Unwanted;
  /** Bytes of packs that are rewritten at the most, and one pack at the least; the rest is for the next time. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface RewriteReport {
  /** Packs that were copied from, and what of them was still in use: chunks, and bytes as stored. */
  readonly packs: number;
  readonly chunks: number;
  readonly bytes: number;
  /** Snapshots that were replaced. */
  readonly replaced: number;
  /** Packs that nothing was done about yet: the next time goes on. */
  readonly packsLeft: number;
  /** Snapshots that a legal hold keeps as they are. */
  readonly held: number;
}

/**
 * Brings what snapshots need out of unwanted packs and from under unwanted keys, by copying it and replacing the
 * snapshots. Can be cut off anywhere: what is not done yet is found again, and what was copied is used again.
 */
export async function rewrite(options: RewriteOptions): Promise<RewriteReport> {
  const { repository, ring, survey, unwanted } = options;
  await syncIndex(repository, ring);
  const told = Map.groupBy(repository.cache.packs(), ({ id }) => id);
  const { creator } = repository.descriptor;
  // What another writer says of a pack is not said again by the creator, who would vouch for it: it is read and copied.
  const isVouched = (one: CachedPack): boolean => !unwanted.keys.has(one.indexKeyId) || one.writer === creator;
  const isGoing = (id: string): boolean => (told.get(id) ?? []).some((one) => unwanted.isPack(one) || !isVouched(one));
  const isTouched = (one: Surveyed): boolean =>
    unwanted.keys.has(one.manifest.head.body.key) || needsAnother(one, told, unwanted) || one.needs.packs.some(isGoing);
  const touched = survey.snapshots.filter(isTouched);
  const free = touched.filter(({ isHeld }) => !isHeld);
  const going = bounded(free, isGoing, told, options.maxBytes ?? Number.POSITIVE_INFINITY);
  const total = { packs: 0, chunks: 0, bytes: 0, replaced: 0 };
  let newest = survey.list.heads.find(({ writer }) => writer === creator);
  for (const group of Map.groupBy(free, ({ manifest }) => manifest.head.domain).values()) {
    const ofGroup = group.filter((one) => unwanted.keys.size > 0 || one.needs.packs.some((id) => going.chosen.has(id)));
    if (ofGroup.length === 0) continue;
    const done = await rewriteDomain(options, ofGroup, going.chosen, newest, total.bytes);
    newest = done.newest;
    total.packs += done.packs;
    total.chunks += done.chunks;
    total.bytes += done.bytes;
    total.replaced += ofGroup.length;
  }
  return { ...total, packsLeft: going.left, held: touched.length - free.length };
}

/** Whether an index object that a snapshot names lies under a key that is unwanted. */
function needsAnother({ needs }: Surveyed, told: ReadonlyMap<string, CachedPack[]>, { keys }: Unwanted): boolean {
  if (keys.size === 0) return false;
  const named = new Set(needs.indexes);
  return needs.packs.some((id) => told.get(id)?.some((one) => named.has(one.indexId) && keys.has(one.indexKeyId)));
}

function bounded(
  snapshots: readonly Surveyed[],
  isGoing: (id: string) => boolean,
  told: ReadonlyMap<string, CachedPack[]>,
  maxBytes: number,
): { readonly chosen: ReadonlySet<string>; readonly left: number } {
  const ids = [...new Set(snapshots.flatMap(({ needs }) => needs.packs))].filter(isGoing);
  const chosen = new Set<string>();
  let bytes = 0;
  for (const id of ids) {
    const length = told.get(id)?.[0]?.length ?? 0;
    if (chosen.size > 0 && bytes + length > maxBytes) continue;
    chosen.add(id);
    bytes += length;
  }
  return { chosen, left: ids.length - chosen.size };
}

async function rewriteDomain(
  options: RewriteOptions,
  snapshots: readonly Surveyed[],
  going: ReadonlySet<string>,
  newestBefore: KnownHead | undefined,
  doneBytes: number,
): Promise<{ newest: KnownHead | undefined; packs: number; chunks: number; bytes: number }> {
  const { repository, ring, unwanted, signal, onProgress } = options;
  const { cache } = repository;
  const creator = creatorFor(repository);
  const metadata = await ring.create('metadata', creator);
  const data = await ring.create('data', creator);
  const guard = new KeyGuard(ring, metadata.id, repository.clock, signal);
  const avoided = await Avoided.read(repository);
  const isBad = (pack: CachedPack): boolean => going.has(pack.id) || unwanted.keys.has(pack.indexKeyId);
  const registry = new ChunkRegistry(cache, (pack) => isBad(pack) || avoided.has(pack));
  const [first] = snapshots as readonly [Surveyed, ...Surveyed[]];
  const domain = await openDomain(repository, ring, first.needs.source, dedupeKeyOf(first.manifest.head));
  const used = new Map<string, Set<string>>();
  for (const { manifest } of snapshots) {
    const body = await readBody(repository, ring, manifest);
    const index = await loadIndexes(repository, ring, body);
    await usedChunks({ repository, ring, domain, index, body, guard }, (id, pack) => {
      if (!going.has(pack.id)) return;
      used.set(pack.id, (used.get(pack.id) ?? new Set()).add(id.toString('latin1')));
    });
  }
  const total = [...used.keys()].reduce((sum, id) => sum + (cache.tellings(id)[0]?.length ?? 0), doneBytes);
  const copier = new PackCopier({ repository, ring, domain, data, metadata, registry });
  let passed = doneBytes;
  for (const [id, chunks] of used) {
    await guard.check();
    await copier.copy(id, chunks);
    passed += cache.tellings(id)[0]?.length ?? 0;
    onProgress?.(passed, total);
  }
  const moved = await copier.finish();
  faultPoint('keeping.after-copy');
  const staying = new Set(snapshots.flatMap(({ needs }) => needs.packs).filter((id) => !going.has(id)));
  await retell(repository, metadata, [...staying], unwanted.keys);
  let newest = newestBefore;
  for (const one of snapshots) {
    const packs = [...new Set(one.needs.packs.flatMap((id) => (going.has(id) ? [...(moved.get(id) ?? [])] : [id])))];
    const tellers = packs.map((id) => tellerOf(repository, id, one, unwanted));
    await guard.check();
    await guard.prove();
    const { manifest } = one;
    const body = await readBody(repository, ring, manifest);
    const { keys, recipients } = await keysOf(ring, dedupeKeyOf(manifest.head), metadata, tellers);
    const indexes = [...new Set(tellers.map(({ indexId }) => indexId))].toSorted();
    const { parent, domain: domainId } = manifest.head;
    const head = { parent, domain: domainId, keys, recipients, replaces: one.id, takenMs: one.timeMs };
    const made = { head, body: () => ({ ...body, indexes, packs: packs.toSorted() }), metadata };
    newest = await commitSnapshot(repository, made, newest, () => guard.check());
    faultPoint('keeping.after-replacement');
    await bury(repository, manifest, { reason: 'replaced', replacedBy: snapshotId(newest) });
  }
  return { newest, packs: used.size, chunks: copier.chunks, bytes: copier.bytes };
}

/** The index object that a snapshot is to name for a pack: one of its own where that may stay. */
function tellerOf({ cache }: Repository, id: string, { needs }: Surveyed, { keys }: Unwanted): CachedPack {
  const sound = cache.tellings(id).filter(({ indexKeyId }) => !keys.has(indexKeyId));
  const found = sound.find(({ indexId }) => needs.indexes.includes(indexId)) ?? sound.at(-1);
  if (found) return found;
  throw new VaultError('chunk-missing', `No index object that may stay tells of the pack ${id}`);
}

async function keysOf(
  ring: KeyRing,
  dedupe: string,
  metadata: HeldKey,
  packs: readonly CachedPack[],
): Promise<{ readonly keys: NeededKey[]; readonly recipients: SnapshotRecipient[] }> {
  const ids = new Set([dedupe, metadata.id, ...packs.flatMap(({ keyId, indexKeyId }) => [keyId, indexKeyId])]);
  const keys: NeededKey[] = [];
  let recipients: SnapshotRecipient[] | undefined;
  for (const id of [...ids].toSorted()) {
    const { envelope } = await ring.find(id);
    keys.push({ id, purpose: envelope.purpose, commitment: envelope.commitment.toString('hex') });
    // Who opens the snapshot opens every one of its keys.
    const some = envelope.recipients.map(({ keyId, provider, region }) => ({ keyId, provider, region }));
    recipients = (recipients ?? some).filter((one) => some.some((other) => isSameMasterKey(one, other)));
  }
  return { keys, recipients: recipients ?? [] };
}

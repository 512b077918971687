import type { DedupeDomain } from '../format/domain.ts';
import { VaultError } from '../errors.ts';
import { loadIndexes } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import type { SnapshotIndex } from '../index-cache.ts';
import type { KeyRing } from '../key-ring.ts';
import { dedupeKeyOf, type Manifest, type ManifestBody } from '../format/manifest.ts';
import { openDomain, type Repository } from '../repository.ts';
import { readSnapshot } from '../snapshots.ts';
import { TreeReader } from '../tree-reader.ts';

/** A snapshot with everything it takes to read its tree. The ring opens no other key than its head names. */
export interface OpenSnapshot {
  readonly id: string;
  readonly manifest: Manifest;
  readonly body: ManifestBody;
  readonly domain: DedupeDomain;
  readonly reader: TreeReader;
  /** Where its chunks lie. */
  readonly index: SnapshotIndex;
  /** To be asked at every step of long work. */
  readonly guard: KeyGuard;
}

/** Opens a snapshot with a ring of its own. @throws {MasterKeyError} @throws {VaultError} */
export async function openSnapshot(
  repository: Repository,
  ring: KeyRing,
  id: string,
  signal?: AbortSignal,
): Promise<OpenSnapshot> {
  return await openContents(repository, ring, id, await readSnapshot(repository, ring, id), signal);
}

/** As {@link openSnapshot}, of one whose manifest was read with this ring. */
export async function openContents(
  repository: Repository,
  ring: KeyRing,
  id: string,
  { manifest, body }: Pick<OpenSnapshot, 'manifest' | 'body'>,
  signal?: AbortSignal,
): Promise<OpenSnapshot> {
  ring.expect(manifest.head.keys);
  const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
  if (domain.id !== manifest.head.domain)
    throw new VaultError('malformed', 'The snapshot names another source than its head');
  const index = await loadIndexes(repository, ring, body);
  const guard = new KeyGuard(ring, manifest.head.body.key, repository.clock, signal);
  const reader = new TreeReader(repository, ring, domain.treeIdKey, index);
  return { id, manifest, body, domain, reader, index, guard };
}

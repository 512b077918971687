import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import { snapshotName, takenMsOf, type Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { sealTombstone, tombstoneName, type Tombstone } from '../tombstone.ts';

/** What is said of a snapshot that goes, beside what its head says. */
export type Farewell = Pick<Tombstone, 'reason'> & Partial<Pick<Tombstone, 'replacedBy' | 'destroyed' | 'readable'>>;

/**
 * Takes a snapshot away: its tombstone first, then its manifest. Can be cut off and done again. Answers whether the store
 * let go of the manifest.
 */
export async function bury(repository: Repository, manifest: Manifest, farewell: Farewell): Promise<boolean> {
  const { writer, sequence, previous, domain } = manifest.head;
  await putTombstone(repository, {
    writer,
    sequence,
    createdMs: repository.clock.nowMs(),
    head: manifest.headDigest,
    previous,
    domain,
    takenMs: takenMsOf(manifest.head),
    replacedBy: null,
    destroyed: [],
    readable: [],
    ...farewell,
  });
  return await remove(repository, snapshotName(writer, sequence));
}

/** Puts a tombstone, unless one is there: the first word counts. */
export async function putTombstone(repository: Repository, tombstone: Tombstone): Promise<void> {
  const bytes = sealTombstone(tombstone, repository.descriptor.vault, creatorFor(repository));
  try {
    await repository.target.put(tombstoneName(tombstone), bytes);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-exists') throw error;
  }
  faultPoint('keeping.after-tombstone');
}

/** Deletes an object; `false`: the store holds it under a lock. */
export async function remove({ target }: Repository, name: string): Promise<boolean> {
  if (!target.capabilities.delete) return false;
  try {
    await target.delete(name);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-locked') throw error;
    return false;
  }
  faultPoint(name.startsWith('snapshots/') ? 'keeping.after-manifest' : 'keeping.after-delete');
  return true;
}

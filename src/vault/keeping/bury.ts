import { LockedError, VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import { snapshotName, takenMsOf, type Manifest } from '../format/manifest.ts';
import type { Repository } from '../repository.ts';
import { sealTombstone, tombstoneName, type Tombstone } from '../format/tombstone.ts';

/** What the store does not let go of yet: until its lock ends, where the store says when that is. */
export interface Kept {
  readonly untilMs?: number;
}

/** How many things were to be deleted and are locked, and when the last of those locks ends as things are. */
export interface LockedCount {
  readonly locked: number;
  readonly lockedUntilMs?: number;
}

/** Counts what is kept; what was deleted is none. */
export function countLocked(all: readonly (Kept | undefined)[]): LockedCount {
  const kept = all.filter((one) => one !== undefined);
  const untilMs = Math.max(0, ...kept.map((one) => one.untilMs ?? 0));
  return { locked: kept.length, ...(untilMs > 0 && { lockedUntilMs: untilMs }) };
}

/** Counts of several steps together. */
export function sumLocked(counts: readonly LockedCount[]): LockedCount {
  const untilMs = Math.max(0, ...counts.map((one) => one.lockedUntilMs ?? 0));
  const locked = counts.reduce((sum, one) => sum + one.locked, 0);
  return { locked, ...(untilMs > 0 && { lockedUntilMs: untilMs }) };
}

/** What is said of a snapshot that goes, beside what its head says. */
export type Farewell = Pick<Tombstone, 'reason'> & Partial<Pick<Tombstone, 'replacedBy' | 'destroyed' | 'readable'>>;

/**
 * Takes a snapshot away: its tombstone first, then its manifest. Can be cut off and done again. Answers as
 * {@link remove} does of the manifest.
 */
export async function bury(repository: Repository, manifest: Manifest, farewell: Farewell): Promise<Kept | undefined> {
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

/** Deletes an object; what it answers says that the store keeps it for now. */
export async function remove({ target }: Repository, name: string): Promise<Kept | undefined> {
  if (!target.capabilities.delete) return {};
  try {
    await target.delete(name);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-locked') throw error;
    return error instanceof LockedError && error.untilMs !== undefined ? { untilMs: error.untilMs } : {};
  }
  faultPoint(name.startsWith('snapshots/') ? 'keeping.after-manifest' : 'keeping.after-delete');
  return undefined;
}

import { parseEnvelopeName } from '../format/envelope.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { snapshotName } from '../format/manifest.ts';
import { eachOf } from '../each-of.ts';
import type { Repository } from '../repository.ts';
import { needed, type Surveyed } from './survey.ts';

const DAY_MS = 24 * 3_600_000;

/** Names of the objects that snapshots need, their own manifests and the descriptor among them. */
export async function objectsOf(
  { target }: Pick<Repository, 'target'>,
  snapshots: readonly Pick<Surveyed, 'manifest' | 'needs'>[],
): Promise<string[]> {
  const names = needed(snapshots);
  const objects = [...names].filter((name) => !name.startsWith('keys/'));
  for (const { manifest } of snapshots) objects.push(snapshotName(manifest.head.writer, manifest.head.sequence));
  for await (const { name } of target.list('keys/')) {
    const envelope = parseEnvelopeName(name);
    if (envelope && names.has(`keys/${envelope.key}`)) objects.push(name);
  }
  return objects;
}

/**
 * Locks everything that is still needed for `days` from now on: a lock on new objects alone would not protect what new
 * snapshots share with old ones. What is in the trash is left to its lock. Answers how many objects that were.
 */
export async function extendLocks(
  repository: Repository,
  snapshots: readonly Surveyed[],
  days: number | undefined,
  step: () => Promise<void>,
): Promise<number> {
  const { target, clock } = repository;
  if (days === undefined || !target.capabilities.lock || target.lock === undefined) return 0;
  const untilMs = clock.nowMs() + days * DAY_MS;
  const staying = snapshots.filter(
    ({ trashed, isHeld, retained }) =>
      // A rule that keeps it again counts also while the store does not let go of the mark that says otherwise.
      trashed === undefined || isHeld || (trashed.reason === 'expired' && retained.keptBy.length > 0),
  );
  const names = [DESCRIPTOR_NAME, ...(await objectsOf(repository, staying))];
  await eachOf(names, async (name) => {
    await step();
    await target.lock?.(name, untilMs);
  });
  return names.length;
}

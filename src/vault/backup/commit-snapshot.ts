import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import type { KnownHead } from '../index-cache.ts';
import { sealManifest, snapshotId, snapshotName, type ManifestBody, type ManifestHead } from '../format/manifest.ts';
import type { HeldKey } from '../format/object-key.ts';
import { writerFor, type Repository } from '../repository.ts';
import { readHead } from '../snapshots.ts';

/** What a manifest says that does not depend on its place in the writer's chain. */
export interface UnplacedSnapshot {
  readonly head: Omit<ManifestHead, 'body' | 'vault' | 'writer' | 'sequence' | 'previous' | 'createdMs'>;
  /** From the moment in which it is created. */
  readonly body: (createdMs: number) => ManifestBody;
  readonly metadata: HeldKey;
}

/** Runs of one writer that may come first before this one gives up. */
const MAX_ATTEMPTS = 256;

/**
 * Puts a manifest at the end of its writer's chain: the snapshot exists from here on. Where another run of the same
 * writer was faster, it follows that one. `newest` is the newest head of the writer that is known; `check` is asked
 * before each attempt.
 */
export async function commitSnapshot(
  repository: Repository,
  { head, body, metadata }: UnplacedSnapshot,
  newest: KnownHead | undefined,
  check: () => Promise<void>,
): Promise<KnownHead> {
  const { target, cache, clock, descriptor, random } = repository;
  const { id: writer, privateKey } = writerFor(repository);
  let last = newest;
  for (let attempt = 1; ; attempt++) {
    await check();
    const sequence = (last?.sequence ?? 0) + 1;
    const createdMs = clock.nowMs();
    const place = { vault: descriptor.vault, writer, sequence, previous: last?.digest ?? null, createdMs };
    const { bytes, headDigest } = sealManifest(
      { ...head, ...place },
      body(createdMs),
      metadata,
      privateKey,
      random(32),
    );
    const made = { writer, sequence, digest: headDigest };
    faultPoint('vault.before-manifest');
    try {
      await target.put(snapshotName(writer, sequence), bytes);
    } catch (error) {
      if (!(error instanceof VaultError) || error.code !== 'object-exists') throw error;
      const found = await headAt(repository, writer, sequence, error);
      if (found.digest !== headDigest) {
        if (attempt >= MAX_ATTEMPTS) {
          const text = `The snapshot ${snapshotId({ writer, sequence })} was written by another run meanwhile`;
          throw new VaultError('conflict', text, error);
        }
        last = found;
        continue;
      }
      // An answer that was lost on its way: what lies there is this one.
    }
    cache.rememberHead(made);
    return made;
  }
}

/** What lies under a number already: its newest head, for who cannot read it from somebody who can. */
async function headAt(
  repository: Repository,
  writer: string,
  sequence: number,
  refusal: VaultError,
): Promise<KnownHead> {
  if (repository.writeOnly) {
    const { head } = await repository.writeOnly.ask();
    if (head !== undefined && head.sequence >= sequence) return head;
    throw refusal;
  }
  const { headDigest } = await readHead(repository, snapshotName(writer, sequence));
  return { writer, sequence, digest: headDigest };
}

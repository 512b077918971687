import { refuseAborted, VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { rewrapOne } from '../rewrap.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';
import { creatorFor } from '../further-writers.ts';

export interface AdoptReport {
  /** Data keys of further writers that were looked at. */
  readonly envelopes: number;
  /** How many of them were for the pair, and have the vault's own master keys as recipients now. */
  readonly adopted: number;
}

/**
 * Gives envelopes that hosts without a master key have made for the pair recipients of their own, so that whoever has a
 * master key opens them without the pair. Needs the creator's signing key and a master key. Can be stopped and begun
 * again at any time.
 *
 * @param onFault is told of an envelope that cannot be opened, and lets the others go on; absent: it is thrown
 */
export async function adopt(
  repository: Repository,
  known: readonly KnownHead[],
  signal?: AbortSignal,
  onFault: (key: string, error: VaultError | MasterKeyError) => void = (_key, error) => {
    throw error;
  },
): Promise<AdoptReport> {
  creatorFor(repository);
  const further = new Set(repository.descriptor.writers.filter((writer) => writer.isFurther).map(({ id }) => id));
  const { snapshots } = await listSnapshots(repository, known);
  const keys = new Set(
    snapshots.filter(({ head }) => further.has(head.writer)).flatMap(({ head }) => head.keys.map(({ id }) => id)),
  );
  const ring = repository.keyRing();
  let adopted = 0;
  try {
    for (const key of [...keys].toSorted()) {
      refuseAborted(signal);
      // A later revision than the first is by a writer with a master key: it was adopted.
      if (repository.cache.knownRevision(key) > 1) continue;
      try {
        const found = await ring.find(key);
        if (!found.envelope.recipients.some(({ provider }) => provider === 'pair')) continue;
        await rewrapOne(repository, ring, found, repository.masterKeys);
        adopted++;
      } catch (error) {
        if (!isOfEnvelope(error)) throw error;
        onFault(key, error);
      }
    }
  } finally {
    ring.drop();
  }
  return { envelopes: keys.size, adopted };
}

/** Whether it is this envelope that is at fault, which a host may have put, and neither store nor master key. */
function isOfEnvelope(error: unknown): error is VaultError | MasterKeyError {
  if (error instanceof MasterKeyError) return error.code === 'wrong-context-or-tampered';
  return error instanceof VaultError && !error.code.startsWith('target-') && error.code !== 'cancelled';
}

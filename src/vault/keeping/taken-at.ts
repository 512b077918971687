import { takenMsOf, type ManifestHead } from '../format/manifest.ts';

/** How far the times of writer and store may be apart, and the writer is still believed: clocks differ. */
export const BELIEVED_MS = 3_600_000;

/** A snapshot's times, as its writer and its store say. */
export interface Dated {
  readonly head: Pick<ManifestHead, 'writer' | 'sequence' | 'createdMs' | 'takenMs' | 'replaces'>;
  /** When the store says that the manifest came. */
  readonly storedMs?: number;
}

/** When the vault was made, as its creator and its store say. A large difference tells a copy of a store. */
export interface Birth {
  readonly createdMs: number;
  readonly storedMs?: number;
}

/**
 * When each snapshot was taken, for what is decided by it: docs/spec/backup-format.md section 13. A client's clock alone
 * decides nothing: a forged time moves a snapshot by {@link BELIEVED_MS} at most, and never before the one it follows.
 */
export function takenAt<T extends Dated>(snapshots: readonly T[], birth: Birth): Map<T, number> {
  const times = new Map<T, number>();
  const last = new Map<string, number>();
  const inOrder = snapshots.toSorted((a, b) => a.head.sequence - b.head.sequence);
  for (const snapshot of inOrder) {
    const { head } = snapshot;
    if (head.replaces !== undefined) {
      // By the creator, who looked at the times of what it replaces.
      times.set(snapshot, takenMsOf(head));
      continue;
    }
    const timeMs = Math.max(believed(snapshot, birth), last.get(head.writer) ?? 0);
    last.set(head.writer, timeMs);
    times.set(snapshot, timeMs);
  }
  return times;
}

/**
 * When each snapshot was taken as its writer has signed it, and never before the one it follows. What is signed of the
 * future is no time that it can have been taken at: `times` say when then.
 */
export function signedTimes<T extends Dated>(
  snapshots: readonly T[],
  times: ReadonlyMap<T, number>,
  nowMs: number,
): Map<T, number> {
  const signed = new Map<Dated, T>();
  for (const one of snapshots) {
    const isPast = one.head.createdMs <= nowMs + BELIEVED_MS;
    signed.set({ head: isPast ? one.head : { ...one.head, createdMs: times.get(one) ?? nowMs } }, one);
  }
  const found = takenAt([...signed.keys()], { createdMs: 0 });
  return new Map([...signed].map(([dated, one]) => [one, found.get(dated) ?? nowMs]));
}

function believed({ head: { createdMs }, storedMs }: Dated, birth: Birth): number {
  if (storedMs === undefined) return createdMs;
  const isCopy = birth.storedMs !== undefined && birth.storedMs - birth.createdMs > BELIEVED_MS;
  if (isCopy && createdMs < (birth.storedMs as number)) return Math.min(createdMs, storedMs);
  return Math.abs(storedMs - createdMs) <= BELIEVED_MS ? createdMs : storedMs;
}

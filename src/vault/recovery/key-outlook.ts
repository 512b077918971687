import { VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import type { KeyRing } from '../key-ring.ts';
import { snapshotId, takenMsOf } from '../format/manifest.ts';
import { refuseAborted } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';

export interface KeyOutlookOptions {
  /** The id of the master key that goes. */
  readonly keyId: string;
  readonly knownHeads: readonly KnownHead[];
  readonly signal?: AbortSignal;
}

export interface NamedSnapshot {
  readonly snapshotId: string;
  readonly takenAt: string;
}

/** What becomes unreadable when a master key goes, by whom the envelopes are for that each snapshot needs. */
export interface KeyOutlook {
  readonly keyId: string;
  readonly snapshotCount: number;
  /** How many nobody opens any more then; `unreadable` names the newest of them. */
  readonly unreadableCount: number;
  readonly unreadable: readonly NamedSnapshot[];
  /** The oldest of them, which may not be among those that are named. */
  readonly oldestUnreadable?: NamedSnapshot;
  /** Who opens what is left, besides that key: those that every data key of the readable snapshots is for. */
  readonly others: readonly string[];
}

const MAX_NAMED = 1_000;

/** The outlooks of several places of an environment as one; of none, that there is nothing to lose. */
export function togetherOutlook(keyId: string, all: readonly KeyOutlook[]): KeyOutlook {
  const unreadable = all.flatMap((one) => one.unreadable).toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
  const oldest = all.flatMap((one) => (one.oldestUnreadable ? [one.oldestUnreadable] : []));
  const first = oldest.toSorted((a, b) => (a.takenAt < b.takenAt ? -1 : 1))[0];
  const readable = all.filter((one) => one.snapshotCount > one.unreadableCount);
  const others = readable
    .map((one) => new Set(one.others))
    .reduce<ReadonlySet<string> | undefined>((some, next) => some?.intersection(next) ?? next, undefined);
  return {
    keyId,
    snapshotCount: all.reduce((sum, one) => sum + one.snapshotCount, 0),
    unreadableCount: all.reduce((sum, one) => sum + one.unreadableCount, 0),
    unreadable: unreadable.slice(0, MAX_NAMED),
    ...(first && { oldestUnreadable: first }),
    others: [...(others ?? [])],
  };
}

/** Asks no master key: what is in clear says it. */
export async function keyOutlook(repository: Repository, options: KeyOutlookOptions): Promise<KeyOutlook> {
  const { keyId, knownHeads, signal } = options;
  const { snapshots } = await listSnapshots(repository, knownHeads);
  const openers = openersWithout(repository.keyRing(), keyId);
  const unreadable: NamedSnapshot[] = [];
  let others: ReadonlySet<string> | undefined;
  for (const { head } of snapshots.toReversed()) {
    refuseAborted(signal);
    const ofKeys = await Promise.all(head.keys.map(({ id }) => openers(id)));
    if (ofKeys.some((names) => names.size === 0)) {
      unreadable.push({ snapshotId: snapshotId(head), takenAt: new Date(takenMsOf(head)).toISOString() });
    } else for (const names of ofKeys) others = others?.intersection(names) ?? names;
  }
  // Snapshots are numbered, not in order of time: one that was rewritten keeps the time of what it replaces.
  unreadable.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
  const oldest = unreadable.at(-1);
  return {
    keyId,
    snapshotCount: snapshots.length,
    unreadableCount: unreadable.length,
    unreadable: unreadable.slice(0, MAX_NAMED),
    ...(oldest && { oldestUnreadable: oldest }),
    others: [...(others ?? [])],
  };
}

/** The master keys, but for one, that open a data key. What is for the vault's pair opens by whatever opens that. */
function openersWithout(ring: KeyRing, gone: string): (id: string) => Promise<ReadonlySet<string>> {
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  const openers = (id: string): Promise<ReadonlySet<string>> => {
    const found = known.get(id) ?? look(id);
    known.set(id, found);
    return found;
  };
  const look = async (id: string): Promise<ReadonlySet<string>> => {
    try {
      const { envelope } = await ring.find(id);
      const names = new Set<string>();
      for (const { provider, keyId } of envelope.recipients) {
        if (provider === 'pair' && envelope.purpose !== 'pair')
          for (const name of await openers(keyId)) names.add(name);
        else if (keyId !== gone) names.add(keyId);
      }
      return names;
    } catch (error) {
      // It was destroyed on purpose, or lost: nobody opens it now either.
      if (error instanceof VaultError && error.code === 'object-missing') return new Set();
      throw error;
    }
  };
  return openers;
}

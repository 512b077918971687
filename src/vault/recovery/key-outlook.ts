import { VaultError } from '../errors.ts';
import type { KnownHead } from '../index-cache.ts';
import type { KeyRing } from '../key-ring.ts';
import { snapshotId, takenMsOf } from '../manifest.ts';
import { refuseAborted } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';

export interface KeyOutlookOptions {
  /** The id of the master key that goes. */
  readonly keyId: string;
  readonly knownHeads: readonly KnownHead[];
  readonly signal?: AbortSignal;
}

/** What becomes unreadable when a master key goes, by whom the envelopes are for that each snapshot needs. */
export interface KeyOutlook {
  readonly keyId: string;
  readonly snapshotCount: number;
  /** How many nobody opens any more then; `unreadable` names the newest of them. */
  readonly unreadableCount: number;
  readonly unreadable: readonly { readonly snapshotId: string; readonly takenAt: string }[];
  /** Who opens what is left, besides that key: those that every data key of the readable snapshots is for. */
  readonly others: readonly string[];
}

const MAX_NAMED = 1_000;

/** Asks no master key: what is in clear says it. */
export async function keyOutlook(repository: Repository, options: KeyOutlookOptions): Promise<KeyOutlook> {
  const { keyId, knownHeads, signal } = options;
  const { snapshots } = await listSnapshots(repository, knownHeads);
  const openers = openersWithout(repository.keyRing(), keyId);
  const unreadable: KeyOutlook['unreadable'][number][] = [];
  let others: ReadonlySet<string> | undefined;
  for (const { head } of snapshots.toReversed()) {
    refuseAborted(signal);
    const ofKeys = await Promise.all(head.keys.map(({ id }) => openers(id)));
    if (ofKeys.some((names) => names.size === 0)) {
      unreadable.push({ snapshotId: snapshotId(head), takenAt: new Date(takenMsOf(head)).toISOString() });
    } else for (const names of ofKeys) others = others?.intersection(names) ?? names;
  }
  return {
    keyId,
    snapshotCount: snapshots.length,
    unreadableCount: unreadable.length,
    unreadable: unreadable.slice(0, MAX_NAMED),
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

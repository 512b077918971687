import { creatorFor } from '../further-writers.ts';
import { covers, holdDigest, holdName, sealHold } from '../format/hold.ts';
import { eachOf } from '../each-of.ts';
import { readHolds } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';
import { objectsOf } from './extend-locks.ts';
import { survey, type RulesOf } from './survey.ts';

/** A legal hold as Keystead's records have it. */
export interface KnownHold {
  /** 32 hexadecimal digits. */
  readonly hold: string;
  readonly state: 'held' | 'released';
  /** Ids of snapshots; none: every one of the vault. */
  readonly snapshots: readonly string[];
}

const NO_RULES: RulesOf = () => undefined;

/** Those that count. */
export function inForce(holds: readonly KnownHold[]): { snapshots: readonly string[]; domain: null }[] {
  return holds.filter(({ state }) => state === 'held').map(({ snapshots }) => ({ snapshots, domain: null }));
}

/** Writes into the store what the records say of holds. Answers how many it did not know of yet. */
export async function putHolds(repository: Repository, known: readonly KnownHold[]): Promise<number> {
  const { target, descriptor, clock } = repository;
  const creator = creatorFor(repository);
  const stored = new Map((await readHolds(repository)).items.map((hold) => [hold.hold, hold]));
  let written = 0;
  for (const { hold, state, snapshots } of known) {
    const before = stored.get(hold);
    if (before === undefined && state === 'released') continue;
    if (before?.state === state) continue;
    const next = {
      hold,
      revision: (before?.revision ?? 0) + 1,
      createdMs: clock.nowMs(),
      state,
      snapshots,
      domain: null,
      previous: before ? holdDigest(before.bytes) : null,
    };
    await target.put(holdName(next), sealHold(next, descriptor.vault, creator));
    written++;
  }
  return written;
}

/**
 * Puts the store's own legal hold on every object that a held snapshot needs, where the store can, and takes it from those
 * that only `released` covered. Answers how many objects are on hold.
 */
export async function holdObjects(
  repository: Repository,
  known: readonly KnownHold[],
  signal?: AbortSignal,
): Promise<number> {
  const { target } = repository;
  if (!target.capabilities.lock || target.hold === undefined) return 0;
  const ring = repository.keyRing();
  try {
    const { snapshots } = await survey({ repository, rulesOf: NO_RULES, holds: inForce(known) }, ring);
    const held = new Set(
      await objectsOf(
        repository,
        snapshots.filter(({ isHeld }) => isHeld),
      ),
    );
    const released = known.filter(({ state }) => state === 'released').map((hold) => ({ ...hold, domain: null }));
    const freed = snapshots.filter(
      ({ ids, isHeld, manifest }) => !isHeld && released.some((hold) => covers(hold, ids, manifest.head.domain)),
    );
    const free = (await objectsOf(repository, freed)).filter((name) => !held.has(name));
    await eachOf([...held], async (name) => {
      signal?.throwIfAborted();
      await target.hold?.(name, true);
    });
    await eachOf(free, async (name) => await target.hold?.(name, false));
    return held.size;
  } finally {
    ring.drop();
  }
}

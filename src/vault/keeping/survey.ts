import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { VaultError } from '../errors.ts';
import { covers, type Hold } from '../format/hold.ts';
import type { KnownHead } from '../index-cache.ts';
import type { KeyRing } from '../key-ring.ts';
import { snapshotId, type Manifest } from '../format/manifest.ts';
import { eachOf } from '../each-of.ts';
import { readHolds } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';
import { idsOf, listSnapshots, writerOfContents, type SnapshotList } from '../snapshots.ts';
import { packName } from '../tree-reader.ts';
import { MarkList, type Trashed } from './mark-list.ts';
import { eitherKeeps, retain, type Retained, type RetentionRules } from './retention.ts';
import { SnapshotMemory, type SnapshotNeeds } from './snapshot-memory.ts';
import { signedTimes, takenAt } from './taken-at.ts';

/** What is held: by an object of the store, or by a record that somebody else keeps. */
export type Holding = Pick<Hold, 'snapshots' | 'domain'>;

/** Rules by the name of a source; absent: everything stays. */
export type RulesOf = (source: string) => RetentionRules | undefined;

export interface SurveyOptions {
  readonly repository: Repository;
  readonly rulesOf: RulesOf;
  /** Holds that count beside those in the store. */
  readonly holds?: readonly Holding[];
  readonly knownHeads?: readonly KnownHead[];
}

/** A snapshot with everything that decides about it. */
export interface Surveyed {
  readonly id: string;
  /** Its ids before it was rewritten, its own first. */
  readonly ids: readonly string[];
  readonly manifest: Manifest;
  readonly needs: SnapshotNeeds;
  /** When it was taken, as far as that can be believed. */
  readonly timeMs: number;
  readonly retained: Retained;
  readonly isHeld: boolean;
  readonly isTakenBack: boolean;
  readonly trashed?: Trashed;
}

export interface Survey {
  readonly list: SnapshotList;
  readonly marks: MarkList;
  /** Oldest first. */
  readonly snapshots: readonly Surveyed[];
}

/**
 * Looks at every snapshot that counts, and decides about each. Asks the master keys, since sources and what a snapshot
 * needs are encrypted: for each snapshot once, then this machine remembers. One snapshot that cannot be read ends it: nothing may be decided without it.
 */
export async function survey(options: SurveyOptions, ring: KeyRing): Promise<Survey> {
  const { repository, rulesOf } = options;
  const { clock, descriptor } = repository;
  const list = await listSnapshots(repository, options.knownHeads);
  const marks = await MarkList.read(repository);
  const stored = (await readHolds(repository)).items.filter(({ state }) => state === 'held');
  const holds: readonly Holding[] = [...stored, ...(options.holds ?? [])];
  const times = takenAt(list.snapshots, { createdMs: descriptor.createdMs, ...(await birthOf(repository)) });
  const signed = signedTimes(list.snapshots, times, clock.nowMs());
  const memory = list.snapshots.length > 0 ? await SnapshotMemory.open(repository, ring) : undefined;
  const read = await eachOf(list.snapshots, async (manifest) => {
    const id = snapshotId(manifest.head);
    const ids = idsOf(list, id);
    const needs = await (memory as SnapshotMemory).needs(manifest);
    const trashed = marks.trashed(ids);
    return {
      id,
      ids,
      manifest,
      needs,
      timeMs: times.get(manifest) ?? manifest.head.createdMs,
      isHeld: holds.some((hold) => covers(hold, ids, manifest.head.domain)),
      isTakenBack: marks.isTakenBack(ids),
      ...(trashed && { trashed }),
    };
  });
  if (list.findings.length === 0) memory?.keepOnly(list.snapshots);
  const decided = new Map<string, Retained>();
  // The name of a source is its writer's word: what one writer says must not push out what another one has written.
  for (const group of Map.groupBy(
    read,
    ({ manifest, needs }) => `${writerOfContents(list, manifest)} ${needs.source}`,
  ).values()) {
    const rules = rulesOf((group[0] as (typeof read)[number]).needs.source) ?? { timeZone: 'UTC', trashDays: 0 };
    const counted = group.filter(({ trashed }) => trashed?.reason !== 'removed');
    const decide = (timeOf: (one: (typeof read)[number]) => number): Retained[] => {
      const items = counted.map((one) => ({
        id: one.id,
        timeMs: timeOf(one),
        isGood: one.needs.problems === 0,
      }));
      return retain(items, rules, clock.nowMs());
    };
    const bySigned = decide(({ manifest, timeMs }) => signed.get(manifest) ?? timeMs);
    decide(({ timeMs }) => timeMs).forEach((one, i) => decided.set(one.id, eitherKeeps(one, bySigned[i] as Retained)));
  }
  const snapshots = read.map((one): Surveyed => {
    const retained = decided.get(one.id) ?? { id: one.id, keptBy: [], expiresMs: null };
    return { ...one, retained };
  });
  return { list, marks, snapshots };
}

async function birthOf({ target }: Repository): Promise<{ readonly storedMs?: number }> {
  for await (const { name, storedMs } of target.list('')) {
    if (name === DESCRIPTOR_NAME) return storedMs === undefined ? {} : { storedMs };
  }
  return {};
}

/** Refuses to take anything away from a vault of which something is missing already. @throws {VaultError} */
export function requireSound({ list, marks }: Pick<Survey, 'list' | 'marks'>): void {
  const [first] = list.findings;
  const [mark] = marks.findings;
  if (first === undefined && mark === undefined) return;
  throw new VaultError('history-unsound', first?.text ?? mark?.text ?? '');
}

/** Names of everything that snapshots need: manifests, packs, index objects, and of envelopes `keys/<keyId>`. */
export function needed(snapshots: readonly Pick<Surveyed, 'manifest' | 'needs'>[]): Set<string> {
  const names = new Set<string>();
  for (const { manifest, needs } of snapshots) {
    for (const id of needs.packs) names.add(packName(id));
    for (const id of needs.indexes) names.add(`index/${id}`);
    for (const { id } of manifest.head.keys) names.add(`keys/${id}`);
  }
  return names;
}

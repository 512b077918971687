import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { refuseAborted, VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import { eachOf } from '../each-of.ts';
import { readHolds } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';
import type { StoredObject } from '../targets/target.ts';
import { inForce, type KnownHold } from './sync-holds.ts';

/**
 * Everything that a vault is made of beside its descriptor, docs/spec/backup-format.md section 1, in the order in which it
 * goes: nothing leads to what is gone already, and what opens the vault for another attempt goes last.
 */
const PREFIXES = [
  'snapshots/',
  'index/',
  'packs/',
  'keys/',
  'pairs/',
  'tombstones/',
  'marks/',
  'retired/',
  'holds/',
  'writers/',
] as const;

const IN_TURN: ReadonlySet<string> = new Set(['holds/', 'writers/']);

export interface EmptyOptions {
  readonly repository: Repository;
  /** Holds that count beside those in the store. */
  readonly holds?: readonly KnownHold[];
  readonly onProgress?: (deleted: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface EmptyReport {
  readonly deleted: number;
  readonly deletedBytes: number;
}

/**
 * Deletes a whole vault, its descriptor last: as long as that is there, what was cut off is done again and goes on. What
 * lies beside it in the store and is not the vault's stays. The creator alone can.
 *
 * @throws {VaultError} before anything is deleted: `held`; `object-locked`: the store keeps a snapshot, or deletes nothing;
 * `unknown-writer`: this is not the creator
 */
export async function empty(options: EmptyOptions): Promise<EmptyReport> {
  const { repository, holds = [], signal, onProgress } = options;
  const { target } = repository;
  creatorFor(repository);
  await refuseHeld(repository, holds);
  const all: Pick<StoredObject, 'name' | 'length'>[][] = [];
  for (const prefix of PREFIXES) all.push(await everythingUnder(repository, prefix));
  await refuseLocked(repository, all[0] ?? []);
  const total = all.reduce((sum, objects) => sum + objects.length, 1);
  let [deleted, deletedBytes] = [0, 0];
  const remove = async ({ name, length }: (typeof all)[number][number]): Promise<void> => {
    refuseAborted(signal);
    await target.delete(name);
    faultPoint('keeping.after-emptied');
    deleted++;
    deletedBytes += length;
    onProgress?.(deleted, total);
  };
  for (const [at, objects] of all.entries()) {
    // Of what has revisions the newest counts to the end: a hold that was released must not seem to stand.
    const inTurn = IN_TURN.has(PREFIXES[at] as string);
    if (!inTurn) await eachOf(objects, remove);
    else for (const object of objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))) await remove(object);
  }
  faultPoint('keeping.before-descriptor');
  await target.delete(DESCRIPTOR_NAME);
  return { deleted: deleted + 1, deletedBytes };
}

/** What is in sight, and what somebody has put out of it and the store still has. */
async function everythingUnder(
  { target }: Repository,
  prefix: string,
): Promise<Pick<StoredObject, 'name' | 'length'>[]> {
  const found = new Map<string, Pick<StoredObject, 'name' | 'length'>>();
  if (target.hidden) for await (const { name } of target.hidden(prefix)) found.set(name, { name, length: 0 });
  for await (const object of target.list(prefix)) found.set(object.name, object);
  return [...found.values()];
}

async function refuseHeld(repository: Repository, holds: readonly KnownHold[]): Promise<void> {
  const stored = (await readHolds(repository)).items.filter(({ state }) => state === 'held');
  if (inForce(holds).length === 0 && stored.length === 0) return;
  const names = [...new Set([...holds, ...stored].filter(({ state }) => state === 'held').map(({ hold }) => hold))];
  throw new VaultError('held', `The legal hold ${names.join(', ')} stands on this vault: nothing of it was deleted`);
}

/** Locks are put on a snapshot and on what it needs together, so that the manifests tell of all. */
async function refuseLocked({ target, clock }: Repository, manifests: readonly { readonly name: string }[]) {
  if (!target.capabilities.delete) {
    throw new VaultError(
      'object-locked',
      'This environment locks what it stores, or its store deletes nothing: nothing was deleted',
    );
  }
  await eachOf(manifests, async ({ name }) => {
    const lock = await target.lockOf?.(name).catch(() => undefined);
    const untilMs = lock?.untilMs ?? 0;
    if (lock?.isHeld !== true && untilMs <= clock.nowMs()) return;
    const until = lock?.isHeld === true ? 'by a legal hold' : `until ${new Date(untilMs).toISOString()}`;
    throw new VaultError('object-locked', `The store keeps the object ${name} ${until}: nothing was deleted`);
  });
}

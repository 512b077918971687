import type { CheckFinding } from './check-level.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { parseEnvelopeName } from '../format/envelope.ts';
import { refuseAborted, VaultError } from '../errors.ts';
import { covers } from '../format/hold.ts';
import { MarkList } from '../keeping/mark-list.ts';
import { snapshotId, snapshotName, type Manifest } from '../format/manifest.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { eachOf } from '../each-of.ts';
import { readHolds } from '../read-creator-objects.ts';
import type { Repository } from '../repository.ts';
import { idsOf, readSnapshot, type SnapshotList } from '../snapshots.ts';
import type { ObjectLock } from '../targets/target.ts';
import { packName } from '../tree-reader.ts';

/** So many are named: whoever has not locked a thousand has not locked the others. */
const MAX_NAMED = 1000;
const DAY_MS = 24 * 3_600_000;
/** Locks are extended by each prune, and prunes are some days apart. */
const SLACK_MS = 7 * DAY_MS;

/** How long everything that is needed is locked, as the environment says it. */
export interface PromisedLock {
  readonly days: number;
  readonly mode: 'governance' | 'compliance';
}

/**
 * Asks the store what only it can tell: until when it keeps each object that a snapshot needs from being deleted, and
 * whether what a legal hold covers is on hold there. Nothing where the store does not lock, or does not say to whom these
 * credentials are of. What snapshots need is in their bodies: of one that cannot be opened just now its own manifest and
 * envelopes are looked at.
 */
export async function lockFindings(
  repository: Repository,
  list: SnapshotList,
  promised: PromisedLock | undefined,
  signal?: AbortSignal,
): Promise<CheckFinding[]> {
  const { target, clock } = repository;
  if (!target.capabilities.lock || !target.lockOf) return [];
  const findings: CheckFinding[] = [];
  const nowMs = clock.nowMs();
  try {
    await eachOf([...(await neededObjects(repository, list, signal))], async ([name, isHeld]) => {
      refuseAborted(signal);
      if (findings.length >= MAX_NAMED) return;
      const lock = await target.lockOf?.(name).catch(unlessGone);
      if (lock) findings.push(...shortcomings(name, lock, isHeld, promised, nowMs));
    });
  } catch (error) {
    // Who may only read need not be allowed to ask for locks.
    if (!(error instanceof VaultError) || error.code !== 'target-denied') throw error;
  }
  return findings;
}

/** What is not there is told by others. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof VaultError) || error.code !== 'object-missing') throw error;
}

function* shortcomings(
  where: string,
  { untilMs = 0, mode, isHeld: isOnHold }: ObjectLock,
  isHeld: boolean,
  promised: PromisedLock | undefined,
  nowMs: number,
): Generator<CheckFinding> {
  if (isHeld && !isOnHold) {
    const text = 'A legal hold covers it, and in the store it is not on hold: run "keystead vault maintain"';
    yield { code: 'hold-missing', where, text };
  }
  if (promised === undefined) return;
  const { days } = promised;
  const slackMs = Math.min(SLACK_MS, (days * DAY_MS) / 2);
  const dueMs = nowMs + days * DAY_MS - slackMs;
  const what = untilMs <= nowMs ? 'It is not locked' : `Its lock ends at ${new Date(untilMs).toISOString()}`;
  if (untilMs < dueMs) {
    const text = `${what}, and what is needed is to be locked for ${days} days from each prune on: run "keystead vault maintain"`;
    yield { code: 'lock-too-short', where, text };
  } else if (promised.mode === 'compliance' && mode === 'governance') {
    const text = 'It is locked in governance mode, which some may bypass, and the environment promises compliance';
    yield { code: 'lock-weaker', where, text };
  }
}

/** Names of the objects that snapshots need which are not on their way out, and whether a legal hold covers one of them. */
async function neededObjects(
  repository: Repository,
  list: SnapshotList,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, boolean>> {
  const holds = (await readHolds(repository)).items.filter(({ state }) => state === 'held');
  const marks = await MarkList.read(repository);
  const needed = new Map([[DESCRIPTOR_NAME, false]]);
  const keys = new Map<string, boolean>();
  const add = (names: Map<string, boolean>, name: string, isHeld: boolean): void => {
    names.set(name, isHeld || names.get(name) === true);
  };
  for (const manifest of list.snapshots) {
    refuseAborted(signal);
    const { head } = manifest;
    const ids = idsOf(list, snapshotId(head));
    const isHeld = holds.some((hold) => covers(hold, ids, head.domain));
    if (!isHeld && marks.trashed(ids)) continue;
    add(needed, snapshotName(head.writer, head.sequence), isHeld);
    for (const { id } of head.keys) add(keys, id, isHeld);
    for (const name of await contentOf(repository, manifest)) add(needed, name, isHeld);
  }
  for await (const { name } of repository.target.list('keys/')) {
    const isHeld = keys.get(parseEnvelopeName(name)?.key ?? '');
    if (isHeld !== undefined) add(needed, name, isHeld);
  }
  return needed;
}

async function contentOf(repository: Repository, { head }: Manifest): Promise<string[]> {
  const ring = repository.keyRing();
  try {
    const { body } = await readSnapshot(repository, ring, snapshotId(head));
    return [...body.packs.map(packName), ...body.indexes.map((id) => `index/${id}`)];
  } catch (error) {
    if (error instanceof MasterKeyError) return [];
    if (error instanceof VaultError && error.code !== 'cancelled' && !error.code.startsWith('target-')) return [];
    throw error;
  } finally {
    ring.drop();
  }
}

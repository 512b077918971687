import { parseEnvelopeName } from '../format/envelope.ts';
import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import type { KeyRing } from '../key-ring.ts';
import { readRetired } from '../read-retired.ts';
import type { Repository } from '../repository.ts';
import { currentId } from '../snapshots.ts';
import { bury, countLocked, remove, sumLocked, type LockedCount } from './bury.ts';
import { clear } from './expire.ts';
import { retireKey } from './retire.ts';
import { rewrite } from './rewrite.ts';
import { requireSound, survey, type Survey, type Surveyed, type SurveyOptions } from './survey.ts';

/**
 * How long after a key was retired its envelopes are destroyed, where hosts write that read nothing back: what such a host
 * was told before that, it goes by for five minutes (`WORD_COUNTS_MS`), and its manifest may be on its way for a while.
 */
const FORGET_AFTER_MS = 3_600_000;

export interface ForgetOptions extends SurveyOptions {
  /** Ids of snapshots; or everything of a source. */
  readonly what: { readonly snapshots: readonly string[] } | { readonly source: string };
  readonly signal?: AbortSignal;
}

/** `locked`: what the store keeps under a lock and lets go of when that ends. */
export interface ForgetReport extends LockedCount {
  /** Snapshots that are gone for good. */
  readonly forgotten: readonly string[];
  /** Data keys whose envelopes were destroyed: what lies under them is unreadable for who has not opened them before. */
  readonly destroyedKeys: readonly string[];
  /** Data keys that are destroyed when the vault is looked after an hour from now: a host that reads nothing may be about to use them. */
  readonly waitingKeys: readonly string[];
  /** Data keys of those snapshots that others need: what lies under them stays readable until it is rewritten. */
  readonly readableKeys: readonly string[];
  /** Snapshots that were rewritten since they shared metadata with what is forgotten. */
  readonly replaced: number;
}

/**
 * Destroys what opens snapshots: their manifests at once, and the envelopes of every data key that no other snapshot
 * needs, their metadata keys among them, for which others are rewritten that share metadata with them. The tombstones say,
 * signed, what became unreadable and what did not.
 *
 * @throws {VaultError} `held`, `snapshot-missing`, `history-unsound`
 */
export async function forget(options: ForgetOptions): Promise<ForgetReport> {
  const { repository } = options;
  creatorFor(repository);
  const ring = repository.keyRing();
  try {
    const first = await survey(options, ring);
    requireSound(first);
    await clear(repository, first.list);
    const going = chosen(first, options.what);
    const others = first.snapshots.filter((one) => !going.includes(one));
    const needed = keysOf(others);
    const bodies = new Set(going.map(({ manifest }) => manifest.head.body.key));
    const plan = (one: Surveyed) => {
      const keys = one.manifest.head.keys.filter(({ purpose }) => purpose !== 'dedupe').map(({ id }) => id);
      const destroyed = keys.filter((id) => bodies.has(id) || !needed.has(id));
      return { destroyed, readable: keys.filter((id) => !destroyed.includes(id)) };
    };
    // Nothing new may come to lie under them, or refer to what does, from here on.
    for (const key of new Set(going.flatMap((one) => plan(one).destroyed))) await retireKey(repository, ring, key);
    const kept = [];
    for (const one of going) {
      kept.push(await bury(repository, one.manifest, { reason: 'forgotten', ...plan(one) }));
    }
    const finished = await finishForgetting(options, ring);
    return {
      forgotten: going.map(({ id }) => id),
      readableKeys: [...new Set(going.flatMap((one) => plan(one).readable))],
      ...finished,
      ...sumLocked([countLocked(kept), finished]),
    };
  } finally {
    ring.drop();
  }
}

function chosen({ snapshots, list }: Survey, what: ForgetOptions['what']): Surveyed[] {
  const going =
    'source' in what
      ? snapshots.filter(({ needs }) => needs.source === what.source)
      : what.snapshots.map((id) => {
          const found = snapshots.find((one) => one.id === currentId(list, id));
          if (found) return found;
          throw new VaultError('snapshot-missing', `There is no snapshot ${id}`);
        });
  const held = going.find(({ isHeld }) => isHeld);
  if (held) throw new VaultError('held', `The snapshot ${held.id} cannot be forgotten`);
  if (going.length === 0) throw new VaultError('snapshot-missing', 'There is no such snapshot');
  return [...new Set(going)];
}

function keysOf(snapshots: readonly Surveyed[]): Set<string> {
  return new Set(snapshots.flatMap(({ manifest }) => manifest.head.keys.map(({ id }) => id)));
}

/**
 * Carries out what tombstones of forgotten snapshots say: rewrites what others have under their keys, then destroys the
 * envelopes that nobody needs any more. Does nothing where it was done.
 */
export async function finishForgetting(
  options: SurveyOptions & { readonly signal?: AbortSignal },
  ring: KeyRing,
): Promise<Pick<ForgetReport, 'destroyedKeys' | 'waitingKeys' | 'replaced' | 'locked' | 'lockedUntilMs'>> {
  const { repository } = options;
  const wanted = await toDestroy(repository, await survey(options, ring));
  if (wanted.envelopes.size === 0) return { destroyedKeys: [], waitingKeys: [], replaced: 0, locked: 0 };
  const keys = new Set(wanted.envelopes.keys());
  const unwanted = { isPack: ({ keyId }: { readonly keyId: string }) => keys.has(keyId), keys };
  const { replaced } = await rewrite({ ...options, ring, survey: wanted.survey, unwanted });
  const now = await survey(options, ring);
  requireSound(now);
  const needed = keysOf(now.snapshots);
  const destroyedKeys: string[] = [];
  const waitingKeys: string[] = [];
  const mayBeUsed = await inUseElsewhere(repository);
  const locked: LockedCount[] = [];
  for (const [key, objects] of wanted.envelopes) {
    // A hold came meanwhile, or a backup that was faster: told by its absence from the answer.
    if (needed.has(key)) continue;
    if (mayBeUsed(key)) {
      waitingKeys.push(key);
      continue;
    }
    const outcomes = [];
    for (const object of objects) outcomes.push(await remove(repository, object));
    faultPoint('keeping.after-envelope');
    const left = countLocked(outcomes);
    if (left.locked > 0) locked.push({ ...left, locked: 1 });
    else destroyedKeys.push(key);
  }
  await dropUnreadable(repository, new Set(destroyedKeys), now);
  return { destroyedKeys, waitingKeys, replaced, ...sumLocked(locked) };
}

/** Whether a host that reads nothing may still be about to put a manifest that names a key: nobody has told it yet. */
async function inUseElsewhere(repository: Repository): Promise<(key: string) => boolean> {
  const { descriptor, clock } = repository;
  if (!descriptor.writers.some(({ isFurther, through }) => isFurther === true && through === undefined))
    return () => false;
  const { items } = await readRetired(repository);
  const since = new Map(items.map(({ key, createdMs }) => [key, createdMs]));
  return (key) => clock.nowMs() - (since.get(key) ?? clock.nowMs()) < FORGET_AFTER_MS;
}

/** The envelopes that lie there though a tombstone says that they are destroyed: names of objects by key. */
async function toDestroy(
  { target }: Repository,
  found: Survey,
): Promise<{ readonly survey: Survey; readonly envelopes: ReadonlyMap<string, readonly string[]> }> {
  const doomed = new Set(found.list.tombstones.flatMap(({ destroyed }) => destroyed));
  const envelopes = new Map<string, string[]>();
  if (doomed.size > 0) {
    for await (const { name } of target.list('keys/')) {
      const key = parseEnvelopeName(name)?.key;
      if (key !== undefined && doomed.has(key)) envelopes.set(key, [...(envelopes.get(key) ?? []), name]);
    }
  }
  return { survey: found, envelopes };
}

/** Index objects that nobody can open any more would only be warned of by every run. */
async function dropUnreadable(repository: Repository, keys: ReadonlySet<string>, { snapshots }: Survey): Promise<void> {
  const needed = new Set(snapshots.flatMap(({ needs }) => needs.indexes));
  const indexes = new Set<string>();
  for (const { indexId, indexKeyId } of repository.cache.packs()) {
    if (keys.has(indexKeyId) && !needed.has(indexId)) indexes.add(indexId);
  }
  for (const id of indexes) if (!(await remove(repository, `index/${id}`))) repository.cache.remove(id);
}

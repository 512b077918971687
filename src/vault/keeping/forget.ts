import { parseEnvelopeName } from '../envelope.ts';
import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { creatorFor } from '../further-writers.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Repository } from '../repository.ts';
import { currentId } from '../snapshots.ts';
import { bury, remove } from './bury.ts';
import { clear } from './expire.ts';
import { retireKey } from './retire.ts';
import { rewrite } from './rewrite.ts';
import { requireSound, survey, type Survey, type Surveyed, type SurveyOptions } from './survey.ts';

export interface ForgetOptions extends SurveyOptions {
  /** Ids of snapshots; or everything of a source. */
  readonly what: { readonly snapshots: readonly string[] } | { readonly source: string };
  readonly signal?: AbortSignal;
}

export interface ForgetReport {
  /** Snapshots that are gone for good. */
  readonly forgotten: readonly string[];
  /** Data keys whose envelopes were destroyed: what lies under them is unreadable for who has not opened them before. */
  readonly destroyedKeys: readonly string[];
  /** Data keys of those snapshots that others need: what lies under them stays readable until it is rewritten. */
  readonly readableKeys: readonly string[];
  /** Snapshots that were rewritten since they shared metadata with what is forgotten. */
  readonly replaced: number;
  /** Objects that the store holds under a lock: they stay until it ends. */
  readonly locked: number;
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
    let locked = 0;
    for (const one of going) {
      if (!(await bury(repository, one.manifest, { reason: 'forgotten', ...plan(one) }))) locked++;
    }
    const finished = await finishForgetting(options, ring);
    return {
      forgotten: going.map(({ id }) => id),
      readableKeys: [...new Set(going.flatMap((one) => plan(one).readable))],
      ...finished,
      locked: locked + finished.locked,
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
): Promise<Pick<ForgetReport, 'destroyedKeys' | 'replaced' | 'locked'>> {
  const { repository } = options;
  const wanted = await toDestroy(repository, await survey(options, ring));
  if (wanted.envelopes.size === 0) return { destroyedKeys: [], replaced: 0, locked: 0 };
  const keys = new Set(wanted.envelopes.keys());
  const unwanted = { isPack: ({ keyId }: { readonly keyId: string }) => keys.has(keyId), keys };
  const { replaced } = await rewrite({ ...options, ring, survey: wanted.survey, unwanted });
  const now = await survey(options, ring);
  requireSound(now);
  const needed = keysOf(now.snapshots);
  const destroyedKeys: string[] = [];
  let locked = 0;
  for (const [key, objects] of wanted.envelopes) {
    // A hold came meanwhile, or a backup that was faster: told by its absence from the answer.
    if (needed.has(key)) continue;
    const outcomes: boolean[] = [];
    for (const object of objects) outcomes.push(await remove(repository, object));
    faultPoint('keeping.after-envelope');
    if (outcomes.includes(false)) locked++;
    else destroyedKeys.push(key);
  }
  await dropUnreadable(repository, new Set(destroyedKeys), now);
  return { destroyedKeys, replaced, locked };
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
  for (const id of indexes) if (await remove(repository, `index/${id}`)) repository.cache.remove(id);
}

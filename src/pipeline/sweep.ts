import { timeOf } from '../records/names.ts';
import type { Random } from '../crypto/random.ts';
import { ConflictError, NoRoomError, type RecordStore } from '../records/ports.ts';
import type { Directory } from '../identity/directory.ts';
import type { KeyCache } from '../keys/key-cache.ts';
import { DUE_SPACE, keyIdOf, readRegion } from '../keys/key-record.ts';
import { isRotationDue, rotateAutomatically } from '../keys/rotate.ts';
import { destroy, dropExpiredMaterial, hasExpiredMaterial, isDestructionDue } from '../keys/lifecycle.ts';
import {
  clearLeftover,
  deactivate,
  destroyMaterial,
  isDeactivationDue,
  isLeftover,
  isMaterialLeft,
  purgeBySystem,
} from '../keys/removal.ts';
import { isPurgeDue } from '../keys/state.ts';
import type { RecordRef } from '../records/record.ts';
import type { OpenKey } from '../keys/open-key.ts';
import type { Change } from '../keys/change.ts';
import { relatedKeys } from './related-keys.ts';
import { sweepGrants } from './sweep-grants.ts';
import { tellServices } from './tell-services.ts';
import { ownEntry } from './own-entry.ts';

/** How many keys one sweep changes, or a few more. What is left waits for the next. */
const BATCH = 200;

interface Duty {
  readonly action: string;
  isDue(open: OpenKey, nowMs: number): boolean;
  change(open: OpenKey, related: readonly OpenKey[], nowMs: number, random: Random): Change<unknown>;
  /** Whether what is replaced must be gone from the disk. */
  readonly shreds: boolean;
}

/** What the clock does to keys, by the names that AWS gives these events where it has any. */
const DUTIES: readonly Duty[] = [
  {
    action: 'kms:DeleteKey',
    shreds: true,
    isDue: ({ key }, nowMs) => isDestructionDue(key, nowMs),
    change: (open, related, nowMs) => destroy(open, related, nowMs),
  },
  {
    action: 'kms:DeleteExpiredKeyMaterial',
    shreds: true,
    isDue: ({ key }, nowMs) => hasExpiredMaterial(key, nowMs),
    change: ({ space, key }, _, nowMs) => dropExpiredMaterial(space, key, nowMs),
  },
  {
    action: 'kms:PurgeKey',
    shreds: true,
    isDue: ({ key }, nowMs) => isPurgeDue(key, nowMs),
    change: ({ space, key }, _, nowMs) => purgeBySystem(space, key, nowMs),
  },
  {
    action: 'kms:DestroyDeletedKeyMaterial',
    shreds: true,
    isDue: ({ key }, nowMs) => isMaterialLeft(key, nowMs),
    change: ({ space, key }) => destroyMaterial(space, key),
  },
  {
    // What hung on a key that somebody purged is gone by then.
    action: 'kms:ClearPurgedKey',
    shreds: false,
    isDue: ({ key }) => isLeftover(key),
    change: ({ space, key }) => clearLeftover(space, key),
  },
  {
    action: 'kms:DeactivateKey',
    shreds: false,
    isDue: ({ key }, nowMs) => isDeactivationDue(key, nowMs),
    change: ({ space, key }, _, nowMs) => deactivate(space, key, nowMs),
  },
  {
    action: 'kms:RotateKey',
    shreds: false,
    isDue: ({ key }, nowMs) => isRotationDue(key, nowMs),
    change: (open, related, nowMs, random) => rotateAutomatically(open, related, nowMs, random),
  },
];

/**
 * Does what has become due: destroys keys whose waiting period is over, forgets material that has expired (neither works
 * any more from its time on, whether or not the sweep has come by), rotates. Answers how many keys changed.
 *
 * @throws {AggregateError} when all others are done: what kept some keys from it
 */
export async function sweepDueKeys(
  store: RecordStore,
  directory: Directory,
  keys: KeyCache,
  nowMs: number,
  random: Random,
): Promise<number> {
  let changed = 0;
  const failures: unknown[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.listNames(DUE_SPACE, { limit: BATCH, ...(after !== undefined && { after }) });
    const due = page.filter((name) => timeOf(name) <= nowMs);
    for (const ref of due) {
      try {
        if (await sweepKey(store, directory, keys, ref, nowMs, random)) changed++;
      } catch (error) {
        // Keys that cannot be read must not keep the others from their end, however many there are.
        failures.push(error);
      }
    }
    if (due.length < BATCH || changed >= BATCH) break;
    after = due.at(-1)?.name;
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} keys could not be swept`);
  return changed;
}

/** Whether what hangs on a key goes now, before the key itself does or because it is gone. */
function isEnding({ key }: OpenKey, nowMs: number): boolean {
  return isDestructionDue(key, nowMs) || isPurgeDue(key, nowMs) || isLeftover(key);
}

async function sweepKey(
  store: RecordStore,
  directory: Directory,
  keys: KeyCache,
  ref: RecordRef,
  nowMs: number,
  random: Random,
): Promise<boolean> {
  const record = await store.read(ref);
  const region = record && readRegion(record);
  const instance = region === undefined ? undefined : await directory.instance(ref.tenantId, region);
  const open = instance && (await keys.find(instance, keyIdOf(ref.id)));
  const duty = open && DUTIES.find((one) => one.isDue(open, nowMs));
  if (!open || !duty) return false;
  const entry = ownEntry({ tenantId: ref.tenantId, action: duty.action, key: ref.id }, nowMs, random);
  try {
    if (isEnding(open, nowMs)) await sweepGrants(store, open.key, nowMs, random);
    const change = duty.change(open, await relatedKeys(directory, keys, open.key), nowMs, random);
    const told = await tellServices(store, directory, random)(change.happened ?? [], nowMs);
    await store.commit({
      writes: [...change.writes, ...told.writes],
      entries: [entry],
      rooms: told.rooms.map(({ room }) => room),
      ...(duty.shreds && { shred: true }),
    });
    return true;
  } catch (error) {
    // Somebody else was faster: another node's sweep, or a person who called the key back.
    if (!(error instanceof ConflictError || error instanceof NoRoomError)) throw error;
    return false;
  }
}

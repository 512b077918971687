import { KeyError, type KeyErrorCode } from './errors.ts';
import { hasMaterial, type Key, type KeyVersion } from './key.ts';
import { WAITING_MS } from './waiting-times.ts';

/** What a key is good for right now: its state, and whether all material that it ever used is there. */
export type Condition =
  | 'enabled'
  | 'disabled'
  | 'deactivated'
  | 'pending-import'
  | 'unavailable'
  | 'pending-deletion'
  | 'pending-replica-deletion'
  | 'deleted'
  | 'gone';

/** What of a key its condition depends on. */
export interface Conditioned extends Pick<Key, 'state' | 'removal' | 'deletion' | 'isUnavailable' | 'expiresAtMs'> {
  readonly versions: readonly Pick<KeyVersion, 'stage' | 'material' | 'materialExpiresAtMs'>[];
}

/**
 * Derives the condition. `nowMs` decides about expired material, about the end of the key's own time, and about a
 * deletion or purge that has become due.
 */
export function conditionOf(key: Conditioned, nowMs: number): Condition {
  if (key.state === 'destroyed') return 'gone';
  if (key.state === 'deleted') return isPurgeDue(key, nowMs) ? 'gone' : 'deleted';
  const { deletion } = key;
  if (deletion !== undefined) {
    if (deletion.dueAtMs === undefined) return 'pending-replica-deletion';
    return deletion.dueAtMs <= nowMs ? 'gone' : 'pending-deletion';
  }
  if (key.isUnavailable === true) return 'unavailable';
  if (isMaterialMissing(key, nowMs)) return 'pending-import';
  if (key.state === 'suspended') return 'disabled';
  return isExpired(key, nowMs) ? 'deactivated' : 'enabled';
}

/** Whether a key is there for those who use and manage it: neither deleted nor gone. */
export function isThere(key: Key, nowMs: number): boolean {
  const condition = conditionOf(key, nowMs);
  return condition !== 'gone' && condition !== 'deleted';
}

/** Whether the key's time to protect data is over. It counts from its time on, whether or not the sweep has come by. */
export function isExpired({ state, expiresAtMs }: Conditioned, nowMs: number): boolean {
  return state === 'deactivated' || (expiresAtMs !== undefined && expiresAtMs <= nowMs);
}

/** Whether a deleted key is to be purged by itself. */
export function isPurgeDue({ state, removal }: Conditioned, nowMs: number): boolean {
  return state === 'deleted' && removal !== undefined && removal.atMs + WAITING_MS.automaticPurge <= nowMs;
}

/** Whether any material that has ever encrypted is deleted or expired, or none was imported yet. */
function isMaterialMissing(key: Conditioned, nowMs: number): boolean {
  let hasAny = false;
  // Every use comes by here, and a key may have a thousand versions.
  for (const version of key.versions) {
    if (version.stage === 'pending') continue;
    if (!hasMaterial(version, nowMs)) return true;
    hasAny = true;
  }
  return !hasAny;
}

/** The verbs that the state of a key can refuse. */
export type Verb =
  | 'use'
  | 'read'
  | 'enable'
  | 'disable'
  | 'schedule-deletion'
  | 'cancel-deletion'
  | 'delete'
  | 'restore'
  | 'purge'
  | 'annotate'
  | 'take-alias'
  | 'create-grant'
  | 'set-access-policy'
  | 'rotate'
  | 'set-rotation'
  | 'replicate'
  | 'prepare-import'
  | 'import'
  | 'delete-material'
  | 'read-rotations';

type Refusals = { readonly [C in Exclude<Condition, 'gone' | 'deleted'>]?: KeyErrorCode };

const NOT_PENDING: KeyErrorCode = 'key-not-pending-deletion';
const NOT_DELETED: KeyErrorCode = 'key-not-deleted';
const NOT_WHILE_PENDING_DELETION: Refusals = {
  'pending-deletion': 'key-pending-deletion',
  'pending-replica-deletion': 'key-pending-replica-deletion',
};
const ONLY_ENABLED: Refusals = {
  ...NOT_WHILE_PENDING_DELETION,
  disabled: 'key-disabled',
  deactivated: 'key-deactivated',
  'pending-import': 'key-pending-import',
};

/** What a deleted key is still asked about. Everything else is refused: `key-deleted`. */
const ON_DELETED: ReadonlySet<Verb> = new Set(['read', 'restore', 'purge']);

/**
 * Which condition refuses which verb, and how. What is not listed is allowed. What a deactivated key still does on IBM's
 * wire is said in root-key.ts.
 */
const REFUSALS: Record<Verb, Refusals> = {
  use: { ...ONLY_ENABLED, unavailable: 'key-unavailable' },
  rotate: ONLY_ENABLED,
  'set-rotation': ONLY_ENABLED,
  replicate: ONLY_ENABLED,
  'create-grant': ONLY_ENABLED,
  read: {},
  'read-rotations': {},
  'set-access-policy': {},
  'delete-material': {},
  annotate: NOT_WHILE_PENDING_DELETION,
  'take-alias': NOT_WHILE_PENDING_DELETION,
  'schedule-deletion': NOT_WHILE_PENDING_DELETION,
  'prepare-import': NOT_WHILE_PENDING_DELETION,
  import: NOT_WHILE_PENDING_DELETION,
  enable: {
    ...NOT_WHILE_PENDING_DELETION,
    'pending-import': 'key-pending-import',
    deactivated: 'key-deactivated',
  },
  disable: {
    ...NOT_WHILE_PENDING_DELETION,
    'pending-import': 'key-pending-import',
    deactivated: 'key-deactivated',
  },
  'cancel-deletion': {
    enabled: NOT_PENDING,
    disabled: NOT_PENDING,
    deactivated: NOT_PENDING,
    'pending-import': NOT_PENDING,
    unavailable: NOT_PENDING,
  },
  delete: { 'pending-deletion': 'key-deleted', 'pending-replica-deletion': 'key-deleted' },
  restore: {
    enabled: NOT_DELETED,
    disabled: NOT_DELETED,
    deactivated: NOT_DELETED,
    'pending-import': NOT_DELETED,
    unavailable: NOT_DELETED,
  },
  purge: {
    enabled: NOT_DELETED,
    disabled: NOT_DELETED,
    deactivated: NOT_DELETED,
    'pending-import': NOT_DELETED,
    unavailable: NOT_DELETED,
    // What waits for its end is protected by that wait.
    ...NOT_WHILE_PENDING_DELETION,
  },
};

/** @throws {KeyError} when the key's condition does not allow the verb; `key-not-found` when it is gone */
export function requireState(key: Key, verb: Verb, nowMs: number): void {
  const condition = conditionOf(key, nowMs);
  const code = refusalOf(condition, verb);
  if (code !== undefined) throw new KeyError(code, { keyId: key.id });
}

function refusalOf(condition: Condition, verb: Verb): KeyErrorCode | undefined {
  if (condition === 'gone') return 'key-not-found';
  if (condition === 'deleted') return ON_DELETED.has(verb) ? undefined : 'key-deleted';
  return REFUSALS[verb][condition];
}

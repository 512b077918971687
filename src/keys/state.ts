import { KeyError, type KeyErrorCode } from './errors.ts';
import { hasMaterial, type Key } from './key.ts';

/** What a key is good for right now: its state, and whether all material that it ever used is there. */
export type Condition =
  | 'enabled'
  | 'disabled'
  | 'pending-import'
  | 'unavailable'
  | 'pending-deletion'
  | 'pending-replica-deletion'
  | 'gone';

/** Derives the condition. `nowMs` decides about expired material and about a deletion that has become due. */
export function conditionOf(key: Key, nowMs: number): Condition {
  if (key.state === 'destroyed' || key.state === 'deleted') return 'gone';
  const { deletion } = key;
  if (deletion !== undefined) {
    if (deletion.dueAtMs === undefined) return 'pending-replica-deletion';
    return deletion.dueAtMs <= nowMs ? 'gone' : 'pending-deletion';
  }
  if (key.isUnavailable === true) return 'unavailable';
  if (isMaterialMissing(key, nowMs)) return 'pending-import';
  return key.state === 'active' ? 'enabled' : 'disabled';
}

/** Whether any material that has ever encrypted is deleted or expired, or none was imported yet. */
function isMaterialMissing(key: Key, nowMs: number): boolean {
  const permanent = key.versions.filter((version) => version.stage !== 'pending');
  return permanent.length === 0 || permanent.some((version) => !hasMaterial(version, nowMs));
}

/** The verbs that the state of a key can refuse. */
export type Verb =
  | 'use'
  | 'read'
  | 'enable'
  | 'disable'
  | 'schedule-deletion'
  | 'cancel-deletion'
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

type Refusals = { readonly [C in Exclude<Condition, 'gone'>]?: KeyErrorCode };

const NOT_PENDING: KeyErrorCode = 'key-not-pending-deletion';
const NOT_WHILE_PENDING_DELETION: Refusals = {
  'pending-deletion': 'key-pending-deletion',
  'pending-replica-deletion': 'key-pending-replica-deletion',
};
const ONLY_ENABLED: Refusals = {
  ...NOT_WHILE_PENDING_DELETION,
  disabled: 'key-disabled',
  'pending-import': 'key-pending-import',
};

/** Which condition refuses which verb, and how. What is not listed is allowed. */
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
  enable: { ...NOT_WHILE_PENDING_DELETION, 'pending-import': 'key-pending-import' },
  disable: { ...NOT_WHILE_PENDING_DELETION, 'pending-import': 'key-pending-import' },
  'cancel-deletion': {
    enabled: NOT_PENDING,
    disabled: NOT_PENDING,
    'pending-import': NOT_PENDING,
    unavailable: NOT_PENDING,
  },
};

/** @throws {KeyError} when the key's condition does not allow the verb; `key-not-found` when it is gone */
export function requireState(key: Key, verb: Verb, nowMs: number): void {
  const condition = conditionOf(key, nowMs);
  const code = condition === 'gone' ? 'key-not-found' : REFUSALS[verb][condition];
  if (code !== undefined) throw new KeyError(code, { keyId: key.id });
}

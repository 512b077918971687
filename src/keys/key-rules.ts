import type { Random } from '../crypto/random.ts';
import { edit, type Change, type KeyEdit } from './change.ts';
import { KeyError } from './errors.ts';
import { lastRotationMs, type Key, type RotationPolicy, type RuleNote, type RuleNotes } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { newRuleNote } from './new-key-rules.ts';
import { requireState } from './state.ts';

const DAY_MS = 86_400_000;

/** Rules of a key as IBM Key Protect knows them: what is asked for. */
export interface KeyRules {
  /** Every so many days from the last rotation on, or from the creation. Absent: as it was, also while it was off. */
  readonly rotation?: { readonly isEnabled: boolean; readonly intervalDays?: number | undefined };
  readonly dualAuthorization?: { readonly isEnabled: boolean };
}

/**
 * Sets rules of a key, all of them or none.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `wrong-origin`, `rotation-period-out-of-range` (no interval is known),
 *   `dual-authorization-stays`, and what the key's state refuses
 */
export function setKeyRules(
  space: KeySpace,
  key: Key,
  { rotation, dualAuthorization }: KeyRules,
  by: string,
  nowMs: number,
  random: Random,
): Change<Key> {
  const noted = (note: RuleNote | undefined): RuleNote =>
    note === undefined ? newRuleNote(by, nowMs, random) : { ...note, updatedAtMs: nowMs, updatedBy: by };
  const ofRotation = rotation && rotationFields(key, rotation, noted, nowMs);
  const ofDual = dualAuthorization && dualFields(key, dualAuthorization.isEnabled, noted, nowMs);
  const ruleNotes: RuleNotes = { ...key.ruleNotes, ...ofRotation?.ruleNotes, ...ofDual?.ruleNotes };
  return edit(space, key, { ...ofRotation, ...ofDual, ruleNotes, updatedAtMs: nowMs });
}

/** The interval that a key is or was rotated in, in days. */
export function intervalDaysOf({ rotation, ruleNotes }: Pick<Key, 'rotation' | 'ruleNotes'>): number | undefined {
  return rotation?.periodDays ?? ruleNotes?.rotation?.intervalDays;
}

type Noted = (note: RuleNote | undefined) => RuleNote;

function rotationFields(
  key: Key,
  { isEnabled, intervalDays = intervalDaysOf(key) }: NonNullable<KeyRules['rotation']>,
  noted: Noted,
  nowMs: number,
): KeyEdit {
  if (key.extractable || key.spec.family !== 'aes') throw new KeyError('not-a-wrapping-key', { keyId: key.id });
  if (key.origin !== 'generated') throw new KeyError('wrong-origin', { keyId: key.id });
  requireState(key, 'set-rotation', nowMs);
  if (intervalDays === undefined) throw new KeyError('rotation-period-out-of-range', { keyId: key.id });
  return {
    rotation: isEnabled ? scheduleOf(key, intervalDays, nowMs) : undefined,
    ruleNotes: { rotation: { ...noted(key.ruleNotes?.rotation), intervalDays } },
  };
}

/** From the last rotation on, or from the creation: what is overdue is due at once. To ask again puts nothing off. */
function scheduleOf(key: Key, periodDays: number, nowMs: number): RotationPolicy {
  if (key.rotation?.periodDays === periodDays) return key.rotation;
  const planned = (lastRotationMs(key) ?? key.createdAtMs) + periodDays * DAY_MS;
  return { periodDays, nextAtMs: Math.max(nowMs, planned) };
}

function dualFields(key: Key, isEnabled: boolean, noted: Noted, nowMs: number): KeyEdit {
  requireState(key, 'delete', nowMs);
  if (!isEnabled && key.dualAuthorization !== undefined)
    throw new KeyError('dual-authorization-stays', { keyId: key.id });
  return {
    ...(isEnabled && { dualAuthorization: key.dualAuthorization ?? {} }),
    ruleNotes: { dualAuthorization: noted(key.ruleNotes?.dualAuthorization) },
  };
}

import { edit, unchanged, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { Key, RotationPolicy } from './key.ts';
import { requirePrimary, withRelated, type Placed } from './related.ts';
import { requireRotatable } from './rotate.ts';
import { requireState } from './state.ts';

const DAY_MS = 86_400_000;
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html: RotationPeriodInDays. */
export const ROTATION_PERIOD_DAYS = { min: 90, max: 2560, default: 365 } as const;

/**
 * Has a key, with all its relatives, rotated every so many days from now on. For one that is, it changes the period.
 * To ask for what is so already changes nothing: whoever repeats the call does not put the rotation off.
 *
 * @throws {KeyError} `wrong-family`, `wrong-origin`, `not-primary`, `rotation-period-out-of-range`, and what the key's
 *   state refuses
 */
export function enableRotation(
  { space, key }: Placed,
  related: readonly Placed[],
  periodDays: number,
  nowMs: number,
): Change<Key> {
  const isInRange = periodDays >= ROTATION_PERIOD_DAYS.min && periodDays <= ROTATION_PERIOD_DAYS.max;
  if (!Number.isInteger(periodDays) || !isInRange)
    throw new KeyError('rotation-period-out-of-range', { keyId: key.id });
  requireOwnSchedule(key, nowMs);
  const rotation = { periodDays, nextAtMs: nowMs + periodDays * DAY_MS };
  // A date farther off than one period was set by a clock that was wrong.
  const isSo = key.rotation?.periodDays === periodDays && key.rotation.nextAtMs <= rotation.nextAtMs;
  return isSo ? unchanged(key) : withRelated(edit(space, key, { rotation }), related, () => ({ rotation }));
}

/**
 * Ends the automatic rotation of a key and its relatives. Its material stays, all of it.
 *
 * @throws {KeyError} `wrong-family`, `wrong-origin`, `not-primary`, and what the key's state refuses
 */
export function disableRotation({ space, key }: Placed, related: readonly Placed[], nowMs: number): Change<Key> {
  requireOwnSchedule(key, nowMs);
  if (key.rotation === undefined) return unchanged(key);
  return withRelated(edit(space, key, { rotation: undefined }), related, () => ({ rotation: undefined }));
}

/** The schedule of a key as it counts now: none while the key waits for its deletion. */
export function rotationOf(key: Key): RotationPolicy | undefined {
  return key.deletion === undefined ? key.rotation : undefined;
}

/** The kind of the key is told before its state, as the table of key states of the AWS KMS developer guide has it. */
function requireOwnSchedule(key: Key, nowMs: number): void {
  requireRotatable(key);
  if (key.origin !== 'generated') throw new KeyError('wrong-origin', { keyId: key.id });
  requireState(key, 'set-rotation', nowMs);
  requirePrimary(key);
}

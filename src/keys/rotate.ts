import type { Random } from '../crypto/random.ts';
import { edit, type Change } from './change.ts';
import { generateVersion } from './create.ts';
import { KeyError } from './errors.ts';
import { hasMaterial, type Key, type KeyVersion, type RotationCause, type RotationPolicy } from './key.ts';
import { carryMaterial } from './material.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { requirePrimary, withRelated, type Placed } from './related.ts';
import { conditionOf, requireState } from './state.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html: ConflictException. */
const AUTOMATIC_ROTATION_NEAR_MS = 20 * 60_000;
const DAY_MS = 86_400_000;

/**
 * Makes new material the current one, of the key and of its relatives: fresh for a key of ours, the one that waits for
 * an imported key. Old versions go on to decrypt.
 *
 * @throws {KeyError} `wrong-family`, `wrong-origin`, `not-primary`, `rotation-near`, `rotation-limit`,
 *   `no-pending-material`, and what the key's state refuses
 */
export function rotateOnDemand(
  placed: Placed,
  related: readonly Placed[],
  nowMs: number,
  random: Random,
  { onDemandRotations: limit }: Quotas = DEFAULT_QUOTAS,
): Change<Key> {
  const { key } = placed;
  // State is told before the kind of key, as AWS does.
  requireState(key, 'rotate', nowMs);
  requireRotatable(key);
  if (key.origin !== 'generated' && key.origin !== 'imported') throw new KeyError('wrong-origin', { keyId: key.id });
  requirePrimary(key);
  const onDemand = key.versions.filter((version) => version.rotation?.cause === 'on-demand');
  if (onDemand.length >= limit) throw new KeyError('rotation-limit', { keyId: key.id, limit });
  if (key.rotation !== undefined && key.rotation.nextAtMs - nowMs <= AUTOMATIC_ROTATION_NEAR_MS)
    throw new KeyError('rotation-near', { keyId: key.id });
  return key.origin === 'generated'
    ? rotateToFresh(placed, related, 'on-demand', nowMs, random)
    : rotateToPending(placed, related, nowMs);
}

/** Whether {@link rotateAutomatically} is due: the time has come, and the key is switched on. */
export function isRotationDue(key: Key, nowMs: number): boolean {
  return key.rotation !== undefined && key.rotation.nextAtMs <= nowMs && conditionOf(key, nowMs) === 'enabled';
}

/** Rotates once, however late it is, and sets the date of the next. */
export function rotateAutomatically(
  placed: Placed,
  related: readonly Placed[],
  nowMs: number,
  random: Random,
): Change<Key> {
  if (!isRotationDue(placed.key, nowMs)) throw new TypeError('this key is not due to be rotated');
  return rotateToFresh(placed, related, 'automatic', nowMs, random);
}

/** @throws {KeyError} `wrong-family` for keys that have one material for ever */
export function requireRotatable(key: Key): void {
  if (key.spec.family !== 'aes') throw new KeyError('wrong-family', { keyId: key.id });
}

function rotateToFresh(
  placed: Placed,
  related: readonly Placed[],
  cause: RotationCause,
  nowMs: number,
  random: Random,
): Change<Key> {
  const { space, key } = placed;
  const version = { ...generateVersion(space, key, nowMs, random), rotation: { atMs: nowMs, cause } };
  const rotation = cause === 'automatic' && key.rotation ? { rotation: nextRotation(key.rotation, nowMs) } : {};
  const versions = [...key.versions.map(retire), version];
  return withRelated(edit(space, key, { versions, ...rotation, updatedAtMs: nowMs }), related, (other) => ({
    versions: [
      ...other.key.versions.map(retire),
      { ...version, material: carryMaterial(placed, other, version, random) },
    ],
    ...rotation,
    updatedAtMs: nowMs,
  }));
}

function rotateToPending({ space, key }: Placed, related: readonly Placed[], nowMs: number): Change<Key> {
  const pending = key.versions.find((version) => version.stage === 'pending');
  const isReady = ({ versions }: Key) => versions.some((one) => one.id === pending?.id && hasMaterial(one, nowMs));
  if (pending === undefined || ![key, ...related.map((other) => other.key)].every(isReady))
    throw new KeyError('no-pending-material', { keyId: key.id });
  const rotation = { atMs: nowMs, cause: 'on-demand' } as const;
  const rotated = ({ versions }: Key): KeyVersion[] =>
    versions.map((one) => (one.id === pending.id ? { ...one, stage: 'current', rotation } : retire(one)));
  return withRelated(edit(space, key, { versions: rotated(key), updatedAtMs: nowMs }), related, (other) => ({
    versions: rotated(other.key),
    updatedAtMs: nowMs,
  }));
}

/** The next is due a period after this one was, or, where that has passed as well, after it came: once is enough. */
function nextRotation({ periodDays, nextAtMs }: RotationPolicy, nowMs: number): RotationPolicy {
  const periodMs = periodDays * DAY_MS;
  const planned = nextAtMs + periodMs;
  return { periodDays, nextAtMs: planned > nowMs ? planned : nowMs + periodMs };
}

function retire(version: KeyVersion): KeyVersion {
  return version.stage === 'current' ? { ...version, stage: 'previous' } : version;
}

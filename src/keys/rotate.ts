import type { Random } from '../crypto/random.ts';
import { edit, type Change } from './change.ts';
import { generateVersion } from './create.ts';
import { KeyError } from './errors.ts';
import { hasMaterial, type Key, type KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { requireState } from './state.ts';

/** How often a key may be rotated on demand in its life. */
export const MAX_ON_DEMAND_ROTATIONS = 25;

/**
 * Makes new material the current one: fresh for a key of ours, the one that waits for an imported key. Old versions
 * go on to decrypt.
 *
 * @throws {KeyError} `wrong-family`, `wrong-origin`, `rotation-limit`, `no-pending-material`, and what the key's state refuses
 */
export function rotateOnDemand(space: KeySpace, key: Key, nowMs: number, random: Random): Change<Key> {
  // State is told before the kind of key, as AWS does.
  requireState(key, 'rotate', nowMs);
  requireRotatable(key);
  const onDemand = key.versions.filter((version) => version.rotation?.cause === 'on-demand');
  if (onDemand.length >= MAX_ON_DEMAND_ROTATIONS) throw new KeyError('rotation-limit', { keyId: key.id });
  const rotation = { atMs: nowMs, cause: 'on-demand' } as const;
  const retired = key.versions.map(retire);
  if (key.origin === 'generated') {
    return edit(space, key, { versions: [...retired, { ...generateVersion(space, key, nowMs, random), rotation }] });
  }
  if (key.origin !== 'imported') throw new KeyError('wrong-origin', { keyId: key.id });
  const pending = key.versions.find((version) => version.stage === 'pending' && hasMaterial(version, nowMs));
  if (pending === undefined) throw new KeyError('no-pending-material', { keyId: key.id });
  const versions = retired.map((one) =>
    one.id === pending.id ? { ...one, stage: 'current' as const, rotation } : one,
  );
  return edit(space, key, { versions });
}

/** @throws {KeyError} `wrong-family` for keys that have one material for ever */
export function requireRotatable(key: Key): void {
  if (key.spec.family !== 'aes') throw new KeyError('wrong-family', { keyId: key.id });
}

function retire(version: KeyVersion): KeyVersion {
  return version.stage === 'current' ? { ...version, stage: 'previous' } : version;
}

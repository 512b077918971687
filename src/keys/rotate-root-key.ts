import { isMaterialProblem, type KeyMaterial } from '../crypto/key-material.ts';
import { readImportedMaterial } from '../crypto/key-material.ts';
import type { Random } from '../crypto/random.ts';
import { edit, type Change } from './change.ts';
import { generateVersion, makeVersion } from './create.ts';
import { KeyError } from './errors.ts';
import { hasMaterial, lastRotationMs, type Key, type KeyVersion, type RotationPolicy } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { requirePrimary } from './related.ts';
import { requireRootKey } from './root-key.ts';
import { wrapMaterial } from './material.ts';
import { requireWaited } from './waiting-times.ts';

const DAY_MS = 86_400_000;

/** What came of a rotation. */
export interface Rotated extends Change<Key> {
  /** The name of the use of material that was brought: `claimMaterialUse` is to be committed together with it. */
  readonly useId: string | undefined;
}

/**
 * Whether a root key may be rotated now, with or without material that its owner brings: asked before material is opened.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `key-not-active`, `key-deleted`, `payload-unwanted`, `payload-missing`,
 *   `too-early`, `rotation-limit`, `wrong-origin`, `not-primary`
 */
export function requireRotatableRootKey(
  key: Key,
  isBrought: boolean,
  nowMs: number,
  { versionsPerKey: limit }: Quotas = DEFAULT_QUOTAS,
): void {
  const { id: keyId, origin } = key;
  requireRootKey(key, 'rotate', nowMs);
  if (origin !== 'generated' && origin !== 'imported') throw new KeyError('wrong-origin', { keyId });
  requirePrimary(key);
  if (isBrought && origin === 'generated') throw new KeyError('payload-unwanted', { keyId });
  if (!isBrought && origin === 'imported') throw new KeyError('payload-missing', { keyId });
  requireWaited('rotate', keyId, lastRotationMs(key), nowMs);
  if (key.versions.length >= limit) throw new KeyError('rotation-limit', { keyId, limit });
}

/**
 * Makes new material the current one of a root key: fresh, or that which its owner brings for an imported key. Old
 * versions go on to unwrap, a deactivated key stays deactivated, and the period of automatic rotation begins anew.
 *
 * @param brought stays the caller's to wipe
 * @throws {KeyError} what {@link requireRotatableRootKey} throws; `import-wrong-length`; `import-incorrect-material`: the
 *   key had it before; `import-another-pending`
 */
export function rotateRootKey(
  space: KeySpace,
  key: Key,
  brought: KeyMaterial | undefined,
  nowMs: number,
  random: Random,
  quotas: Quotas = DEFAULT_QUOTAS,
): Rotated {
  requireRotatableRootKey(key, brought !== undefined, nowMs, quotas);
  const made =
    brought === undefined
      ? generateVersion(space, key, nowMs, random)
      : broughtVersion(space, key, fitting(key, brought), nowMs, random);
  const version: KeyVersion = { ...made, stage: 'current', rotation: { atMs: nowMs, cause: 'on-demand' } };
  // A version that waits without its material is given up, as by an import.
  const before = key.versions.filter(({ id, stage }) => id !== version.id && stage !== 'pending').map(retired);
  const change = edit(space, key, {
    versions: [...before, version],
    updatedAtMs: nowMs,
    ...(key.rotation && { rotation: begunAnew(key.rotation, nowMs) }),
  });
  return { ...change, useId: brought && space.tenantKey.materialUseId(brought) };
}

function fitting(key: Key, brought: KeyMaterial): KeyMaterial {
  const read = readImportedMaterial(key.spec, brought);
  if (read instanceof Promise) throw new TypeError('symmetric material is looked at at once');
  if (!isMaterialProblem(read)) return read;
  throw new KeyError('import-wrong-length', { keyId: key.id, detail: read.says });
}

/** The version of material that was brought: another protocol may have brought it already, to wait for a rotation. */
function broughtVersion(space: KeySpace, key: Key, material: KeyMaterial, nowMs: number, random: Random): KeyVersion {
  const materialId = space.tenantKey.materialId(key.id, material);
  const pending = key.versions.find(({ stage }) => stage === 'pending');
  const known = key.versions.find((version) => version.materialId === materialId);
  if (known !== undefined && known.id === pending?.id) {
    return { ...known, material: wrapMaterial(space, key, known, material, random) };
  }
  if (known !== undefined) {
    throw new KeyError('import-incorrect-material', { keyId: key.id, materialId, detail: 'the key had it before' });
  }
  if (pending !== undefined && hasMaterial(pending, nowMs)) {
    throw new KeyError('import-another-pending', { keyId: key.id, materialId, otherMaterialId: pending.materialId });
  }
  return makeVersion(space, key, material, nowMs, random, { stage: 'current' });
}

function begunAnew({ periodDays }: RotationPolicy, nowMs: number): RotationPolicy {
  return { periodDays, nextAtMs: nowMs + periodDays * DAY_MS };
}

function retired(version: KeyVersion): KeyVersion {
  return version.stage === 'current' ? { ...version, stage: 'previous' } : version;
}

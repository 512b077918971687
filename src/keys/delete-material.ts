import { edit, unchanged, type Change } from './change.ts';
import { spentAuthorization } from './dual-authorization.ts';
import { KeyError } from './errors.ts';
import { requireImported } from './import-token.ts';
import { currentVersion, type Key, type KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { withRelated, type Placed } from './related.ts';
import { requireState } from './state.ts';

/** What is left of a key whose material was forgotten: the version, and the key with it. */
export interface MaterialDeletion extends Change<KeyVersion | undefined> {
  readonly key: Key;
}

/** Forgets material: the key's current one, or the one named. It can be imported again. */
export function deleteMaterial(
  space: KeySpace,
  key: Key,
  materialId: string | undefined,
  nowMs: number,
): MaterialDeletion {
  requireImported(key);
  requireState(key, 'delete-material', nowMs);
  const version =
    materialId === undefined ? currentVersion(key) : key.versions.find((one) => one.materialId === materialId);
  if (version === undefined && materialId !== undefined)
    throw new KeyError('material-not-found', { keyId: key.id, materialId });
  if (version === undefined || version.material === null) return { ...unchanged(key), value: version, key };
  // The word of another person, where the key asks for one, serves one deletion: this one.
  const fields = { versions: withoutMaterialOf(key, version), ...spentAuthorization(key) };
  const change = edit(space, key, fields);
  return { ...change, value: version, key: change.value };
}

/** What it means for replicas that a primary forgets material: they forget what no rotation has made permanent. */
export function shareDeletion(
  change: Change<KeyVersion | undefined>,
  replicas: readonly Placed[],
): Change<KeyVersion | undefined> {
  const { value: version } = change;
  if (change.writes.length === 0 || version?.stage !== 'pending') return change;
  return withRelated(change, replicas, ({ key: replica }) => ({
    versions: withoutMaterialOf(replica, version),
  }));
}

function withoutMaterialOf({ versions }: Key, { id }: KeyVersion): KeyVersion[] {
  return versions.map((one) => (one.id === id ? { ...one, material: null } : one));
}

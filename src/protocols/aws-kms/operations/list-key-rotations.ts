import { hasMaterial, type Key, type KeyVersion, type RotationCause, type Stage } from '../../../keys/key.ts';
import { requireRotatable } from '../../../keys/rotate.ts';
import type { KeyMaterialState, RotationsListEntry, RotationType } from '../model.gen.ts';
import { management } from './manage.ts';
import { pageEnd, pageOf, readPage } from './paging.ts';
import { seconds } from './words.ts';

const LIMITS = { default: 100, max: 1000 };

const MATERIAL_STATES: Record<Stage, KeyMaterialState> = {
  current: 'CURRENT',
  previous: 'NON_CURRENT',
  pending: 'PENDING_ROTATION',
};
const ROTATION_TYPES: Record<RotationCause, RotationType> = { automatic: 'AUTOMATIC', 'on-demand': 'ON_DEMAND' };

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html */
export const listKeyRotations = management<'ListKeyRotations'>({
  action: 'kms:ListKeyRotations',
  notes: 'oldest first (inferred)',
  run(context, { open }, input, nowMs) {
    const { key } = open;
    requireRotatable(key);
    const list = { operation: 'ListKeyRotations', keyId: key.id } as const;
    const isEach = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    // Versions are only ever added behind those that are there.
    const versions = key.versions.filter(({ rotation }) => isEach || rotation !== undefined);
    const indexOf = (id: string) => key.versions.findIndex((version) => version.id === id);
    const page = pageOf(
      versions,
      ({ id }) => id,
      ({ id }, position) => indexOf(id) > indexOf(position),
      readPage(context, list, LIMITS, input),
    );
    const Rotations = page.entries.map((version) => entryOf(key, version, nowMs));
    return { value: { Rotations, ...pageEnd(context, list, page.next) } };
  },
});

function entryOf(key: Key, version: KeyVersion, nowMs: number): RotationsListEntry {
  return {
    KeyId: key.id,
    KeyMaterialId: version.materialId,
    KeyMaterialState: MATERIAL_STATES[version.stage],
    ...(version.rotation && {
      RotationDate: seconds(version.rotation.atMs),
      RotationType: ROTATION_TYPES[version.rotation.cause],
    }),
    ...(key.origin === 'imported' && importOf(version, nowMs)),
  };
}

/** What is told of imported material only. Its expiry goes with it. */
function importOf(version: KeyVersion, nowMs: number): Partial<RotationsListEntry> {
  const { description, materialExpiresAtMs } = version;
  const isThere = hasMaterial(version, nowMs);
  return {
    ...(description !== undefined && { KeyMaterialDescription: description }),
    ImportState: isThere ? 'IMPORTED' : 'PENDING_IMPORT',
    ...(isThere && {
      ExpirationModel: materialExpiresAtMs === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES',
      ...(materialExpiresAtMs !== undefined && { ValidTo: seconds(materialExpiresAtMs) }),
    }),
  };
}

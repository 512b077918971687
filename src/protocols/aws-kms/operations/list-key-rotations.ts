import { KeyError } from '../../../keys/errors.ts';
import { hasMaterial, type Key, type KeyVersion, type RotationCause, type Stage } from '../../../keys/key.ts';
import { requireRotatable } from '../../../keys/rotate.ts';
import { andThen } from '../../../records/ports.ts';
import type { KeyMaterialState, RotationsListEntry, RotationType } from '../model.gen.ts';
import { management } from './manage.ts';
import { pageEnd, pageOf, readPage } from './paging.ts';
import { relativesOf } from './relatives.ts';
import { seconds } from './words.ts';

const LIMITS = { default: 100, max: 1000 };

const MATERIAL_STATES: Record<Stage, KeyMaterialState> = {
  current: 'CURRENT',
  previous: 'NON_CURRENT',
  pending: 'PENDING_ROTATION',
};
const ROTATION_TYPES: Record<RotationCause, RotationType> = { automatic: 'AUTOMATIC', 'on-demand': 'ON_DEMAND' };

const WAITS_FOR_REPLICAS: KeyMaterialState = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html */
export const listKeyRotations = management<'ListKeyRotations'>({
  action: 'kms:ListKeyRotations',
  notes: 'oldest first (inferred)',
  run: (context, { open }, input, nowMs) => {
    const { key } = open;
    requireRotatable(key);
    if (key.keyStore !== undefined) throw new KeyError('wrong-origin', { keyId: key.id });
    const pending = key.versions.find(({ stage }) => stage === 'pending');
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
    return andThen(pending && relativesOf(context, open), (related = []) => {
      const isEverywhere =
        pending === undefined ||
        [key, ...related.map((other) => other.key)].every((one) => isThere(one, pending, nowMs));
      const Rotations = page.entries.map((version) => ({
        ...entryOf(key, version, nowMs),
        ...(version === pending && related.length > 0 && !isEverywhere && { KeyMaterialState: WAITS_FOR_REPLICAS }),
      }));
      return { value: { Rotations, ...pageEnd(context, list, page.next) } };
    });
  },
});

function isThere({ versions }: Key, { id }: KeyVersion, nowMs: number): boolean {
  return versions.some((version) => version.id === id && hasMaterial(version, nowMs));
}

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

import { createSecretKey, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import type { Random } from '../crypto/random.ts';
import type { Key, KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';

/** The fields of a key that its material is bound to. */
type Bound = Pick<Key, 'tenantId' | 'region' | 'id' | 'spec' | 'usage' | 'origin' | 'extractable'>;

function bindingOf(key: Bound, version: Pick<KeyVersion, 'id' | 'materialId'>): Binding {
  return [
    'material',
    key.tenantId,
    key.region,
    key.id,
    version.id,
    key.spec.name,
    key.usage,
    key.origin,
    key.extractable ? '1' : '0',
    version.materialId,
    'raw',
  ];
}

/** Wraps material for its place in a key's record: base64 of the wrapped secret. */
export function wrapMaterial(
  space: KeySpace,
  key: Bound,
  version: Pick<KeyVersion, 'id' | 'materialId'>,
  material: Uint8Array,
  random: Random,
): string {
  return space.instanceKey.wrap(bindingOf(key, version), material, random).toString('base64');
}

/** Opens a version's material. @throws {UnwrapError} when the record was tampered with */
export function openMaterial(space: KeySpace, key: Bound, version: KeyVersion & { material: string }): KeyObject {
  const material = space.instanceKey.unwrap(bindingOf(key, version), Buffer.from(version.material, 'base64'));
  try {
    return createSecretKey(material);
  } finally {
    wipe(material);
  }
}

import { createPublicKey, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { openKeyMaterial, publicKeyOf } from '../crypto/key-material.ts';
import type { KeySpecRow } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import type { Key, KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import type { Placed } from './related.ts';

/** The fields of a key that its material is bound to. */
type Bound = Pick<Key, 'tenantId' | 'region' | 'id' | 'spec' | 'usage' | 'origin' | 'extractable'>;

/** Whether keys of this spec have a public half. */
export function isPair(spec: KeySpecRow): boolean {
  return spec.pair !== undefined;
}

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
    isPair(key.spec) ? 'pkcs8' : 'raw',
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
    return openKeyMaterial(key.spec, material);
  } finally {
    wipe(material);
  }
}

/**
 * The material of a version, wrapped for the place that the same version has in a related key of another region: null
 * where it is deleted.
 *
 * @throws {UnwrapError} when the record was tampered with
 */
export function carryMaterial(
  from: Placed,
  to: Placed,
  version: Pick<KeyVersion, 'id' | 'materialId' | 'material'>,
  random: Random,
): string | null {
  if (version.material === null) return null;
  const wrapped = Buffer.from(version.material, 'base64');
  const material = from.space.instanceKey.unwrap(bindingOf(from.key, version), wrapped);
  try {
    return wrapMaterial(to.space, to.key, version, material, random);
  } finally {
    wipe(material);
  }
}

/** The public half of material, base64 of its SPKI; `undefined` for secret keys. */
export function publicHalfOf(spec: KeySpecRow, material: Buffer): string | undefined {
  if (!isPair(spec)) return undefined;
  return publicKeyOf(spec, openKeyMaterial(spec, material)).toString('base64');
}

/** A public half as it stands in a record. */
export function openPublicKey(publicKey: string): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
}

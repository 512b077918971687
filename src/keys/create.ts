import { randomBytes } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { HANDLE_LENGTH } from '../crypto/ciphertext.ts';
import type { KeySpecRow, KeyUsage, Origin } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import { requireAccessPolicy } from './access-policy.ts';
import type { Change } from './change.ts';
import { KeyError } from './errors.ts';
import { putKey } from './key-record.ts';
import type { Key, KeyVersion, Tag } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { wrapMaterial } from './material.ts';
import { requireTags } from './tags.ts';

export interface NewKey {
  readonly spec: KeySpecRow;
  readonly usage: KeyUsage;
  readonly origin: Origin;
  readonly description: string;
  readonly accessPolicy: string;
  readonly tags: readonly Tag[];
}

/**
 * Makes a key: with material of its own, or waiting for the material that its owner brings.
 *
 * @throws {KeyError} `spec-not-available`, `wrong-usage`, `wrong-origin`, the errors of tags and of access policies
 */
export function createKey(space: KeySpace, wanted: NewKey, nowMs: number, random: Random): Change<Key> {
  if (!wanted.spec.usages.includes(wanted.usage)) throw new KeyError('wrong-usage');
  if (!wanted.spec.available) throw new KeyError('spec-not-available', { detail: wanted.spec.name });
  if (wanted.origin !== 'generated' && wanted.origin !== 'imported') throw new KeyError('wrong-origin');
  requireTags(wanted.tags);
  requireAccessPolicy(wanted.accessPolicy);
  const bare: Omit<Key, 'revision' | 'versions'> = {
    ...wanted,
    tenantId: space.tenantId,
    region: space.region,
    id: uuid(random),
    extractable: false,
    state: 'active',
    createdAtMs: nowMs,
    aliases: [],
    importTokens: [],
  };
  const versions = wanted.origin === 'generated' ? [generateVersion(space, bare, nowMs, random)] : [];
  const key = { ...bare, versions };
  return { value: { ...key, revision: 1 }, writes: [putKey(space.tenantKey, undefined, key)] };
}

/** A new version with fresh material, as the current one. */
export function generateVersion(
  space: KeySpace,
  key: Omit<Key, 'revision' | 'versions'>,
  nowMs: number,
  random: Random,
): KeyVersion {
  const material = randomBytes(key.spec.materialLength ?? 0);
  try {
    return makeVersion(space, key, material, nowMs, random, { stage: 'current' });
  } finally {
    wipe(material);
  }
}

/** A new version around given material. */
export function makeVersion(
  space: KeySpace,
  key: Omit<Key, 'revision' | 'versions'>,
  material: Uint8Array,
  nowMs: number,
  random: Random,
  fields: Pick<KeyVersion, 'stage' | 'description' | 'materialExpiresAtMs'>,
): KeyVersion {
  const names = { id: uuid(random), materialId: space.tenantKey.materialId(key.id, material) };
  return {
    ...names,
    ...fields,
    handle: random(HANDLE_LENGTH).toString('base64'),
    createdAtMs: nowMs,
    material: wrapMaterial(space, key, names, material, random),
  };
}

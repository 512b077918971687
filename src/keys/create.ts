import { randomBytes } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { HANDLE_LENGTH } from '../crypto/ciphertext.ts';
import type { KeyMaterial } from '../crypto/key-material.ts';
import type { KeySpecRow, KeyUsage, Origin } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import { requireAccessPolicy } from './access-policy.ts';
import { requireAliases } from './aliases.ts';
import type { Change } from './change.ts';
import { KeyError } from './errors.ts';
import type { InstancePolicies } from './instance-policies.ts';
import { MULTI_REGION_PREFIX, putKey } from './key-record.ts';
import type { KeyRules } from './key-rules.ts';
import type { Key, KeyStoreBacking, KeyVersion, Tag } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { publicHalfOf, wrapMaterial } from './material.ts';
import { newKeyRules, requireCreatable, requireRulesFit } from './new-key-rules.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';
import { requireTags } from './tags.ts';

export interface NewKey {
  readonly spec: KeySpecRow;
  readonly usage: KeyUsage;
  readonly origin: Origin;
  readonly description: string;
  readonly accessPolicy: string;
  readonly tags: readonly Tag[];
  /** Whether it may get relatives in other regions. */
  readonly multiRegion?: boolean;
  /** Whether its material leaves again: of stored secrets alone. Absent: it does not. */
  readonly extractable?: boolean;
  readonly name?: string;
  /** The group that it is in; absent: the default one. */
  readonly keyRing?: string;
  readonly createdBy?: string;
  /** When its time to protect data is over. */
  readonly expiresAtMs?: number;
  /** Names that it has from the start, with their prefix. That they are free is the store's to say. */
  readonly aliases?: readonly string[];
  /** Where it lives: for the origin `remote`, and only there. */
  readonly keyStore?: KeyStoreBacking;
  /** Of the instance that it is made in: they may forbid it, and give it rules. A commit that rests on them says so. */
  readonly instancePolicies: InstancePolicies;
  /** Rules of its own, in place of what the policies of the instance say. */
  readonly rules?: KeyRules;
}

/**
 * Whether such a key can be made: asked before material is generated for it, which may take long.
 *
 * @throws {KeyError} `creation-forbidden`, `wrong-usage`, `wrong-origin`, the errors of tags, of aliases and of access
 *   policies
 */
export function requireMakeable(wanted: NewKey, quotas = DEFAULT_QUOTAS): void {
  if (!wanted.spec.usages.includes(wanted.usage)) throw new KeyError('wrong-usage');
  if (wanted.origin === 'hsm' || (wanted.origin === 'remote') !== (wanted.keyStore !== undefined))
    throw new KeyError('wrong-origin');
  const extractable = wanted.extractable === true;
  if (extractable !== (wanted.spec.family === 'secret')) throw new KeyError('wrong-usage');
  requireCreatable(wanted.instancePolicies, { origin: wanted.origin, extractable });
  requireRulesFit(wanted.rules ?? {}, { ...wanted, extractable });
  requireAliases(wanted.aliases ?? [], quotas);
  requireTags(wanted.tags, quotas);
  requireAccessPolicy(wanted.accessPolicy);
}

/**
 * Makes a key: with material of its own, or waiting for the material that its owner brings.
 *
 * @param material fresh material of the spec, or for an imported key what its owner brought at once and was found fit
 *   ({@link readImportedMaterial}); it stays the caller's to wipe. Absent: a secret key's is drawn here, and an imported
 *   one waits for it; a pair's must be given, since making it takes long
 * @throws {KeyError} what {@link requireMakeable} throws
 */
export function createKey(
  space: KeySpace,
  wanted: NewKey,
  nowMs: number,
  random: Random,
  material?: KeyMaterial,
  quotas = DEFAULT_QUOTAS,
): Change<Key> {
  requireMakeable(wanted, quotas);
  const { multiRegion: isMultiRegion, instancePolicies, rules, aliases = [], extractable = false, ...fields } = wanted;
  const { region } = space;
  const bare: Omit<Key, 'revision' | 'versions'> = {
    ...fields,
    tenantId: space.tenantId,
    region,
    id: isMultiRegion === true ? MULTI_REGION_PREFIX + random(16).toString('hex') : uuid(random),
    extractable,
    state: 'active',
    createdAtMs: nowMs,
    aliases: aliases.map((name) => ({ name, createdAtMs: nowMs, updatedAtMs: nowMs })),
    importTokens: [],
    ...(isMultiRegion === true && { multiRegion: { primaryRegion: region, regions: [region] } }),
    ...newKeyRules(instancePolicies, { ...wanted, extractable }, nowMs, random, rules),
  };
  // A key that lives elsewhere has material of its own here as well: both are needed to use it.
  const waits = wanted.origin === 'imported' && material === undefined;
  const versions = waits ? [] : [generateVersion(space, bare, nowMs, random, material)];
  const key = { ...bare, versions };
  return { value: { ...key, revision: 1 }, writes: [putKey(space.tenantKey, undefined, key)] };
}

/** A new version with fresh material, as the current one: that which is given, or, for secret keys, drawn here. */
export function generateVersion(
  space: KeySpace,
  key: Omit<Key, 'revision' | 'versions'>,
  nowMs: number,
  random: Random,
  material?: KeyMaterial,
): KeyVersion {
  if (material !== undefined) return makeVersion(space, key, material, nowMs, random, { stage: 'current' });
  if (key.spec.materialLength === undefined) throw new TypeError('the material of a pair is generated by the caller');
  const drawn = randomBytes(key.spec.materialLength);
  try {
    return makeVersion(space, key, drawn, nowMs, random, { stage: 'current' });
  } finally {
    wipe(drawn);
  }
}

/** A new version around given material. */
export function makeVersion(
  space: KeySpace,
  key: Omit<Key, 'revision' | 'versions'>,
  material: Buffer,
  nowMs: number,
  random: Random,
  fields: Pick<KeyVersion, 'stage' | 'description' | 'materialExpiresAtMs'>,
): KeyVersion {
  const names = { id: uuid(random), materialId: space.tenantKey.materialId(key.id, material) };
  const publicKey = publicHalfOf(key.spec, material);
  return {
    ...names,
    ...fields,
    handle: random(HANDLE_LENGTH).toString('base64'),
    createdAtMs: nowMs,
    material: wrapMaterial(space, key, names, material, random),
    ...(publicKey !== undefined && { publicKey }),
  };
}

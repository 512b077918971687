import type { Random } from '../crypto/random.ts';
import { requireAccessPolicy } from './access-policy.ts';
import { edit, type Change } from './change.ts';
import { KeyError } from './errors.ts';
import { withoutMaterial } from './import.ts';
import type { InstancePolicies } from './instance-policies.ts';
import { putKey } from './key-record.ts';
import { isPrimary, type Key, type MultiRegion, type Tag } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { carryMaterial } from './material.ts';
import { requireCreatable } from './new-key-rules.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';
import { withRelated, type Placed } from './related.ts';
import { conditionOf, requireState } from './state.ts';
import { requireTags } from './tags.ts';

/** What a replica has of its own from the start. */
export interface NewReplica {
  readonly description: string;
  readonly accessPolicy: string;
  readonly tags: readonly Tag[];
  /** Of the instance that it is made in. */
  readonly instancePolicies: InstancePolicies;
}

/**
 * Makes a related key in another region: same id, same material, so that each opens what the other encrypted. Material
 * that its owner brought is to be brought to the new region as well.
 *
 * @param existing what the region has under this id: the tombstone of a former replica. One whose time is over but that
 *   is not destroyed yet still has its grants, which must not come to be the new one's
 * @param related the primary's relatives elsewhere: they hear of the new one
 * @throws {KeyError} `not-primary`, `replica-exists`, `creation-forbidden`, the errors of tags and of access policies, and what the state of
 *   the primary refuses
 */
export function replicate(
  primary: Placed,
  related: readonly Placed[],
  space: KeySpace,
  existing: Key | undefined,
  wanted: NewReplica,
  nowMs: number,
  random: Random,
  quotas = DEFAULT_QUOTAS,
): Change<Key> {
  const { key } = primary;
  requireState(key, 'replicate', nowMs);
  const { primaryRegion, regions } = requireMultiRegionPrimary(key);
  const { region, tenantId, tenantKey } = space;
  if (region === key.region || (existing !== undefined && existing.state !== 'destroyed'))
    throw new KeyError('replica-exists', { keyId: key.id, region });
  const { instancePolicies, ...fields } = wanted;
  requireCreatable(instancePolicies, key);
  requireTags(wanted.tags, quotas);
  requireAccessPolicy(wanted.accessPolicy, key.id);
  const multiRegion = { primaryRegion, regions: [...new Set([...regions, region])].toSorted() };
  const { spec, usage, origin, extractable, rotation } = key;
  // Rotation is the primary's; two people let go of what two people would let go of here or there.
  const isDual = instancePolicies.dualAuthorization?.isEnabled === true || key.dualAuthorization !== undefined;
  const bare: Omit<Key, 'revision' | 'versions'> = {
    ...fields,
    tenantId,
    region,
    id: key.id,
    spec,
    usage,
    origin,
    extractable,
    state: 'active',
    createdAtMs: nowMs,
    aliases: [],
    importTokens: [],
    multiRegion,
    ...(rotation && { rotation }),
    ...(isDual && { dualAuthorization: {} }),
  };
  const to = { space, key: { ...bare, revision: 1, versions: [] } };
  const versions =
    origin === 'imported'
      ? key.versions.map(withoutMaterial)
      : key.versions.map((version) => ({ ...version, material: carryMaterial(primary, to, version, random) }));
  const replica = { ...bare, versions };
  const change = {
    value: { ...replica, revision: (existing?.revision ?? 0) + 1 },
    writes: [putKey(tenantKey, existing, replica), ...edit(primary.space, key, { multiRegion }).writes],
  };
  return withRelated(change, related, () => ({ multiRegion }));
}

/**
 * Makes a replica the primary; the primary before is a replica then. Nothing else changes.
 *
 * @param related all relatives of the primary
 * @throws {KeyError} `not-primary`, `replica-not-found`, `primary-already`, and what the
 *   state of either key refuses
 */
export function movePrimary(primary: Placed, related: readonly Placed[], region: string, nowMs: number): Change<Key> {
  const { key, space } = primary;
  requireState(key, 'replicate', nowMs);
  const { regions } = requireMultiRegionPrimary(key);
  if (region === key.region) throw new KeyError('primary-already', { keyId: key.id, region });
  const replica = related.find((other) => other.key.region === region);
  if (replica === undefined || conditionOf(replica.key, nowMs) === 'gone')
    throw new KeyError('replica-not-found', { keyId: key.id, region });
  requireState(replica.key, 'replicate', nowMs);
  const multiRegion = { primaryRegion: region, regions };
  return withRelated(edit(space, key, { multiRegion }), related, () => ({ multiRegion }));
}

function requireMultiRegionPrimary(key: Key): MultiRegion {
  if (key.multiRegion !== undefined && isPrimary(key)) return key.multiRegion;
  throw new KeyError('not-primary', { keyId: key.id });
}

import type { KeyUsage } from '../../../crypto/key-spec.ts';
import { currentVersion, type Key, type MultiRegion } from '../../../keys/key.ts';
import { conditionOf } from '../../../keys/state.ts';
import { keyArn, keyNotFound } from '../arn.ts';
import type { CustomerMasterKeySpec, KeyMetadata, KeySpec, MultiRegionConfiguration } from '../model.gen.ts';
import { ORIGINS, seconds, STATES, USAGES } from './words.ts';

/** In which member the algorithms of a usage stand. */
const ALGORITHM_MEMBERS = {
  'encrypt-decrypt': 'EncryptionAlgorithms',
  'sign-verify': 'SigningAlgorithms',
  'key-agreement': 'KeyAgreementAlgorithms',
  'generate-verify-mac': 'MacAlgorithms',
  'encapsulate-decapsulate': 'EncapsulationAlgorithms',
} as const satisfies Record<AwsUsage, keyof KeyMetadata>;

/** Keys for anything else are not found on this wire. */
type AwsUsage = Exclude<KeyUsage, 'store'>;

type Algorithms = Pick<KeyMetadata, (typeof ALGORITHM_MEMBERS)[AwsUsage]>;

/** The algorithms of a key, in the member of its usage. */
export function algorithmsOf({ spec, usage }: Key): Algorithms {
  return { [ALGORITHM_MEMBERS[usage as AwsUsage]]: spec.algorithms[usage] };
}

/** The spec of a key, in the member of today and in the deprecated one, which answers the same. */
export function specsOf({ spec }: Key): { CustomerMasterKeySpec: CustomerMasterKeySpec; KeySpec: KeySpec } {
  return { CustomerMasterKeySpec: spec.aws as CustomerMasterKeySpec, KeySpec: spec.aws as KeySpec };
}

/** What CreateKey and DescribeKey say of a key (API page "KeyMetadata"). */
export function keyMetadata(key: Key, accountId: string, nowMs: number): KeyMetadata {
  const condition = conditionOf(key, nowMs);
  const arn = keyArn(key.region, accountId, key.id);
  if (condition === 'gone' || condition === 'deleted') throw keyNotFound(arn);
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: arn,
    CreationDate: seconds(key.createdAtMs),
    Enabled: condition === 'enabled',
    Description: key.description,
    KeyUsage: USAGES[key.usage],
    KeyState: STATES[condition],
    ...deletionOf(key),
    Origin: ORIGINS[key.origin],
    KeyManager: 'CUSTOMER',
    ...specsOf(key),
    MultiRegion: key.multiRegion !== undefined,
    MultiRegionConfiguration: key.multiRegion && relativesOf(key, accountId),
    ...algorithmsOf(key),
    ...materialOf(key),
    ...placeOf(key),
  };
}

/** A primary that waits for its replicas to go has a window, and no date yet. */
function deletionOf({ deletion }: Key): Pick<KeyMetadata, 'DeletionDate' | 'PendingDeletionWindowInDays'> {
  if (deletion === undefined) return {};
  const { dueAtMs, windowDays } = deletion;
  return dueAtMs === undefined ? { PendingDeletionWindowInDays: windowDays } : { DeletionDate: seconds(dueAtMs) };
}

function relativesOf({ id, region, multiRegion }: Key, accountId: string): MultiRegionConfiguration {
  const { primaryRegion, regions } = multiRegion as MultiRegion;
  const named = (one: string) => ({ Arn: keyArn(one, accountId, id), Region: one });
  return {
    MultiRegionKeyType: region === primaryRegion ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: named(primaryRegion),
    ReplicaKeys: regions.filter((one) => one !== primaryRegion).map(named),
  };
}

/** Where a key lives that is in a custom key store. */
function placeOf({ keyStore }: Key): Pick<KeyMetadata, 'CustomKeyStoreId' | 'XksKeyConfiguration'> {
  if (keyStore === undefined) return {};
  const { keyStoreId, externalKeyId } = keyStore;
  return {
    CustomKeyStoreId: keyStoreId,
    ...(externalKeyId !== undefined && { XksKeyConfiguration: { Id: externalKeyId } }),
  };
}

/**
 * The current material's id is there for symmetric keys that have one. Expiry is told of imported material only: the
 * earliest of all that is permanently associated with the key.
 */
function materialOf(key: Key): Pick<KeyMetadata, 'CurrentKeyMaterialId' | 'ExpirationModel' | 'ValidTo'> {
  const current = currentVersion(key);
  const id = key.spec.family === 'aes' && key.keyStore === undefined ? current?.materialId : undefined;
  if (key.origin !== 'imported') return { CurrentKeyMaterialId: id };
  const imported = key.versions.filter(({ stage, material }) => stage !== 'pending' && material !== null);
  if (imported.length === 0) return { CurrentKeyMaterialId: id };
  const expiries = imported.flatMap(({ materialExpiresAtMs }) => materialExpiresAtMs ?? []);
  return {
    CurrentKeyMaterialId: id,
    ExpirationModel: expiries.length > 0 ? 'KEY_MATERIAL_EXPIRES' : 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    ...(expiries.length > 0 && { ValidTo: seconds(Math.min(...expiries)) }),
  };
}

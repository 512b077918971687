import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import { createBucket, type NewBucket } from '../targets/s3/create-bucket.ts';
import { storageAccessOf } from './access-of.ts';
import { EnvironmentError } from './environment-error.ts';
import { storageOf } from './storage.ts';
import { requireStorage, type StorageRules, type WantedStorage } from './wanted-storage.ts';
import { wipeStorage } from './wipe-access.ts';

/** A CRN of a root key of Key Protect, whose sixth part is its region. */
const ROOT_KEY = /^crn:v1:[a-z0-9-]+:[a-z0-9-]+:kms:([a-z0-9-]+):a\/[0-9a-f]+:[0-9a-f-]{36}:key:[0-9a-f-]{36}$/;

/**
 * Makes a bucket for backups at the place that is wanted, with object lock where that has one. Nothing is kept of it.
 *
 * @throws {EnvironmentError} `storage-malformed` and what `requireStorage` refuses
 * @throws {VaultError} what the store says: `target-denied`, `target-failed` (the name is taken) ...
 */
export async function newBucket(
  rules: StorageRules,
  tenantKey: TenantKey,
  wanted: WantedStorage,
  options: NewBucket,
  random: Random,
): Promise<void> {
  const { type, region } = wanted;
  if (type === 'folder' || type === 'hosted') throw malformed(`A storage of the type ${type} has no bucket to make`);
  const { rootKeyCrn, storageClass } = options;
  if (type !== 'ibm-cos' && (rootKeyCrn !== undefined || storageClass !== undefined)) {
    throw malformed('rootKeyCrn and storageClass are for buckets of IBM Cloud Object Storage alone');
  }
  if (rootKeyCrn !== undefined && ROOT_KEY.exec(rootKeyCrn)?.[1] !== region) {
    throw malformed(`rootKeyCrn is not the CRN of a root key of Key Protect in ${region}`);
  }
  if (wanted.prefix !== undefined || wanted.serverSideKey !== undefined) {
    throw malformed('A bucket is made without prefix and serverSideKey: give them to the environment');
  }
  const id = uuid(random);
  const storage = storageOf(tenantKey, id, await requireStorage(rules, wanted), random);
  const access = storageAccessOf(tenantKey, { id, storage }, rules);
  try {
    if (access.type === 'bucket') await createBucket(access, rules.egress, options);
  } finally {
    wipeStorage(access);
  }
}

function malformed(text: string): EnvironmentError {
  return new EnvironmentError('storage-malformed', text);
}

import type { EgressGuard } from '../../clients/egress.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import { BUCKET_CHECKS } from './checks/bucket.ts';
import { checkedBucket } from './checks/bucket/checked-bucket.ts';
import { runChecks, type Check } from './checks/check.ts';
import { FOLDER_CHECKS } from './checks/folder.ts';
import { MASTER_KEY_CHECKS, RECOVERY_CHECKS, type CheckedKey } from './checks/master-key.ts';

/** What is looked at before an environment is used. */
export interface PreflightSubject {
  readonly storage: StorageAccess;
  /** The primary first. */
  readonly masterKeys: readonly CheckedKey[];
  /** Whether a vault may lie in the storage already: it is this environment's own. */
  readonly hasVault: boolean;
  readonly guard: EgressGuard;
}

type StorageChecks<Type extends StorageAccess['type']> = (
  storage: Extract<StorageAccess, { type: Type }>,
  hasVault: boolean,
  guard: EgressGuard,
) => Promise<Check[]>;

/** One row for each kind of store. */
const STORAGE_CHECKS: { readonly [Type in StorageAccess['type']]: StorageChecks<Type> } = {
  folder: ({ path }, hasVault) => runChecks(FOLDER_CHECKS, { path, hasVault }),
  bucket: async (place, hasVault, guard) => {
    const bucket = checkedBucket(place, hasVault, guard);
    try {
      return await runChecks(BUCKET_CHECKS, bucket);
    } finally {
      await bucket.target.close();
    }
  },
};

/** Looks at storage and keys by using them. Never rejects: what breaks is a failed check. */
export async function preflight({ storage, masterKeys, hasVault, guard }: PreflightSubject): Promise<Check[]> {
  const checks = STORAGE_CHECKS[storage.type] as StorageChecks<StorageAccess['type']>;
  const ofKeys = masterKeys.map(async (key) => {
    const { provider, keyId } = key.masterKey.describe();
    const found = await runChecks(provider === 'recovery' ? RECOVERY_CHECKS : MASTER_KEY_CHECKS, key);
    return found.map(({ check, ...finding }): Check => ({ check, of: keyId, ...finding }));
  });
  return (await Promise.all([checks(storage, hasVault, guard), ...ofKeys])).flat();
}

import type { Room } from '../records/commit.ts';
import type { KeySpace } from './key-space.ts';

/** How much there may be. An operator sets them by `KEYSTEAD_QUOTAS`. */
export interface Quotas {
  /** Of one tenant in one region, whatever their state until they are destroyed. */
  readonly keysPerRegion: number;
  readonly aliasesPerKey: number;
  readonly grantsPerKey: number;
  /** On one key, of one grantee: whatever changes, all of them are looked at again for its next request. */
  readonly grantsPerGrantee: number;
  readonly keyStoresPerRegion: number;
  /** Of one tenant in one region, the default one among them. */
  readonly keyRingsPerRegion: number;
  /** Bytes of a key policy in UTF-8. */
  readonly policyBytes: number;
  readonly tagsPerKey: number;
  readonly onDemandRotations: number;
  /** How many versions a key may have before people rotate it on the wire of IBM Key Protect. */
  readonly versionsPerKey: number;
  readonly usersPerTenant: number;
  readonly rolesPerTenant: number;
  /** Managed policies; inline ones are bounded by their size. */
  readonly policiesPerTenant: number;
  /** Of those that one tenant hosts. */
  readonly servicesPerTenant: number;
  /** Access keys and API keys of one user, root or service, those that are switched off too. */
  readonly credentialsPerHolder: number;
}

/** AWS's numbers (https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html). */
export const DEFAULT_QUOTAS: Quotas = {
  keysPerRegion: 100_000,
  aliasesPerKey: 50,
  grantsPerKey: 50_000,
  // Inferred: AWS KMS had this quota, and has it no more.
  grantsPerGrantee: 5_000,
  keyStoresPerRegion: 10,
  // IBM's number (https://cloud.ibm.com/docs/key-protect?topic=key-protect-grouping-keys).
  keyRingsPerRegion: 50,
  policyBytes: 32_768,
  tagsPerKey: 50,
  onDemandRotations: 25,
  // IBM has no number: at one an hour, six weeks without a pause. A key is one record, read and written whole.
  versionsPerKey: 1_000,
  // IAM user guide, "IAM and AWS STS quotas": 5,000, 1,000, 1,500; services and credentials are our own.
  usersPerTenant: 5_000,
  rolesPerTenant: 1_000,
  policiesPerTenant: 1_500,
  servicesPerTenant: 100,
  credentialsPerHolder: 10,
};

/** Room for one more key in a region. */
export function roomForKey({ tenantId, region }: KeySpace, { keysPerRegion: below }: Quotas): Room {
  return { tenantId, kind: 'key', scope: region, below };
}

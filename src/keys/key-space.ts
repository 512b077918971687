import type { InstanceKey, TenantKey } from '../crypto/hierarchy.ts';

/** One tenant's keys in one region: what is needed to read and write them. */
export interface KeySpace {
  readonly tenantId: string;
  readonly region: string;
  readonly tenantKey: TenantKey;
  readonly instanceKey: InstanceKey;
}

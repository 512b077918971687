import type { Write } from '../records/commit.ts';
import type { Directory } from './directory.ts';
import { ownPolicyIds, type Holder } from './holder.ts';
import { putManagedPolicy } from './managed-policy.ts';
import type { Tenant } from './tenant.ts';

/** Takes everything from a user or a role that is about to go: the tenant's own policies count who has them. */
export async function detachAll<H extends Holder>(
  directory: Pick<Directory, 'policy'>,
  tenant: Tenant,
  holder: H,
): Promise<{ readonly holder: H; readonly writes: readonly Write[] }> {
  const writes: Write[] = [];
  for (const id of ownPolicyIds(holder)) {
    const policy = await directory.policy(tenant, id);
    if (policy) writes.push(putManagedPolicy(tenant, policy, { attachments: policy.attachments - 1 }).write);
  }
  return { holder: { ...holder, policies: [], ...(holder.assignments && { assignments: [] }) }, writes };
}

import { withoutPolicy, withPolicy, type Holder } from '../../identity/holder.ts';
import { putManagedPolicy } from '../../identity/managed-policy.ts';
import type { Tenant } from '../../identity/tenant.ts';
import type { Precondition, Write } from '../../records/commit.ts';
import type { Attachable } from './attached-policies.ts';

/** What a change of a user or a role came to, besides its own record: the policies count who has them. */
export interface HolderChange<H extends Holder> {
  readonly holder: H;
  readonly writes: readonly Write[];
  /** What must not have come to be meanwhile, and is not written. */
  readonly preconditions?: readonly Precondition[];
}

export function attach<H extends Holder>(tenant: Tenant, holder: H, policies: readonly Attachable[]): HolderChange<H> {
  return change(tenant, holder, policies, withPolicy, 1);
}

export function detach<H extends Holder>(tenant: Tenant, holder: H, policies: readonly Attachable[]): HolderChange<H> {
  return change(tenant, holder, policies, withoutPolicy, -1);
}

function change<H extends Holder>(
  tenant: Tenant,
  before: H,
  policies: readonly Attachable[],
  step: (holder: H, policy: Attachable) => H,
  by: 1 | -1,
): HolderChange<H> {
  let holder = before;
  const writes: Write[] = [];
  for (const policy of policies) {
    const next = step(holder, policy);
    if (next !== holder && typeof policy !== 'string')
      writes.push(putManagedPolicy(tenant, policy, { attachments: policy.attachments + by }).write);
    holder = next;
  }
  return { holder, writes };
}

import type { Write } from '../records/commit.ts';
import type { Directory } from './directory.ts';
import { ownPolicyIds, type Holder } from './holder.ts';
import { putManagedPolicy, type ManagedPolicy } from './managed-policy.ts';
import type { Tenant } from './tenant.ts';

/**
 * Takes everything from users or roles that go in one commit: the tenant's own policies count who has them, and one that
 * several have is counted off for all of them in one write.
 */
export class Detaching {
  readonly #directory: Pick<Directory, 'policy'>;
  readonly #tenant: Tenant;
  readonly #policies = new Map<string, ManagedPolicy>();

  constructor(directory: Pick<Directory, 'policy'>, tenant: Tenant) {
    this.#directory = directory;
    this.#tenant = tenant;
  }

  /** The holder without anything. */
  async take<H extends Holder>(holder: H): Promise<H> {
    for (const id of ownPolicyIds(holder)) {
      const policy = this.#policies.get(id) ?? (await this.#directory.policy(this.#tenant, id));
      if (policy) this.#policies.set(id, { ...policy, attachments: policy.attachments - 1 });
    }
    return { ...holder, policies: [], ...(holder.assignments && { assignments: [] }) };
  }

  /** What counts off all that were taken so far. */
  get writes(): readonly Write[] {
    return [...this.#policies.values()].map((policy) => putManagedPolicy(this.#tenant, policy, {}).write);
  }

  /** How many {@link Detaching.writes} there are. */
  get count(): number {
    return this.#policies.size;
  }
}

/** Takes everything from a user or a role that is about to go: {@link Detaching}. */
export async function detachAll<H extends Holder>(
  directory: Pick<Directory, 'policy'>,
  tenant: Tenant,
  holder: H,
): Promise<{ readonly holder: H; readonly writes: readonly Write[] }> {
  const detaching = new Detaching(directory, tenant);
  const bare = await detaching.take(holder);
  return { holder: bare, writes: detaching.writes };
}

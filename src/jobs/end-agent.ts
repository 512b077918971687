import { Detaching } from '../identity/detach-all.ts';
import type { Directory } from '../identity/directory.ts';
import { putPrincipal } from '../identity/principal.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Write } from '../records/commit.ts';
import { putAgent } from '../vault/agents/agent-record.ts';
import type { Agent } from '../vault/agents/agent.ts';

/**
 * What deletes the user of an agent: from the commit on none of its credentials opens anything, and nobody can switch it
 * on again. It was made for the agent, and is good for nothing else. Nothing, where that was done.
 */
export async function endUserOf(directory: Directory, tenant: Tenant, { principalId }: Agent): Promise<Write[]> {
  const detaching = new Detaching(directory, tenant);
  const writes = await userEnd(directory, tenant, principalId, detaching);
  return [...detaching.writes, ...writes];
}

/** What ends agents whose environment is forgotten: there is no vault any more that they could be signed out of. */
export class AgentsEnd {
  readonly #directory: Directory;
  readonly #tenant: Tenant;
  readonly #detaching: Detaching;
  readonly #writes: Write[] = [];

  constructor(directory: Directory, tenant: Tenant) {
    this.#directory = directory;
    this.#tenant = tenant;
    this.#detaching = new Detaching(directory, tenant);
  }

  async add(agent: Agent, nowMs: number): Promise<void> {
    const ended: Agent = { ...agent, state: 'revoked', revokedAtMs: agent.revokedAtMs ?? nowMs };
    this.#writes.push(putAgent(this.#tenant.tenantKey, agent, ended));
    this.#writes.push(...(await userEnd(this.#directory, this.#tenant, agent.principalId, this.#detaching)));
  }

  /** All of it, for one commit. */
  get writes(): readonly Write[] {
    return [...this.#detaching.writes, ...this.#writes];
  }

  /** How many {@link AgentsEnd.writes} there are. */
  get count(): number {
    return this.#detaching.count + this.#writes.length;
  }
}

async function userEnd(
  directory: Directory,
  tenant: Tenant,
  principalId: string,
  detaching: Detaching,
): Promise<Write[]> {
  const member = await directory.member(tenant, principalId);
  if (member === undefined || member.state === 'deleted') return [];
  return [putPrincipal(tenant, { ...(await detaching.take(member)), state: 'deleted', inline: [] }).write];
}

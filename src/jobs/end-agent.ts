import { detachAll } from '../identity/detach-all.ts';
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
  const member = await directory.member(tenant, principalId);
  if (member === undefined || member.state === 'deleted') return [];
  const { holder, writes } = await detachAll(directory, tenant, member);
  return [...writes, putPrincipal(tenant, { ...holder, state: 'deleted', inline: [] }).write];
}

/** What ends an agent whose environment is forgotten: there is no vault any more that it could be signed out of. */
export async function endAgent(directory: Directory, tenant: Tenant, agent: Agent, nowMs: number): Promise<Write[]> {
  const ended: Agent = { ...agent, state: 'revoked', revokedAtMs: agent.revokedAtMs ?? nowMs };
  return [putAgent(tenant.tenantKey, agent, ended), ...(await endUserOf(directory, tenant, agent))];
}

import type { Tenant } from '../../../identity/tenant.ts';
import type { RecordReader } from '../../../records/ports.ts';
import { agentRef, readAgent } from '../../../vault/agents/agent-record.ts';
import type { Agent } from '../../../vault/agents/agent.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import type { AdminContext } from '../route.ts';

/** @throws {EnvironmentError} `agent-not-found` */
export async function requireAgent(
  records: RecordReader,
  tenant: Tenant,
  environmentId: string,
  id: string,
): Promise<Agent> {
  const record = await records.read(agentRef(tenant.tenantId, id));
  const agent = record && readAgent(tenant.tenantKey, record);
  if (agent?.environmentId === environmentId) return agent;
  throw new EnvironmentError(
    'agent-not-found',
    `The environment ${environmentId} has no agent ${id}. List its agents to see their ids`,
  );
}

/**
 * The agent as whom the request was made: a right to act as an agent is a right to act as one's own alone.
 *
 * @throws {EnvironmentError} `agent-not-found`, `agent-not-yours`
 */
export async function requireOwnAgent(
  { services, proof }: AdminContext,
  environmentId: string,
  id: string,
): Promise<Agent> {
  const agent = await requireAgent(services.records, proof.tenant, environmentId, id);
  if (agent.principalId === proof.principal.id && proof.principal.kind === 'user') return agent;
  throw new EnvironmentError(
    'agent-not-yours',
    `The agent ${id} asks by a credential of its own: use the one of its host`,
  );
}

/** As {@link requireOwnAgent}, and it is enrolled. @throws {EnvironmentError} `agent-not-enrolled` besides */
export async function requireEnrolledAgent(
  context: AdminContext,
  environmentId: string,
  id: string,
): Promise<Agent & { readonly writerId: string }> {
  const agent = await requireOwnAgent(context, environmentId, id);
  const { state, writerId } = agent;
  if (state === 'enrolled' && writerId !== undefined) return { ...agent, writerId };
  throw new EnvironmentError(
    'agent-not-enrolled',
    `The agent ${agent.name} is ${state}. ${state === 'revoked' ? 'Invite it anew, if it is to write again' : 'Enrol it first'}`,
  );
}

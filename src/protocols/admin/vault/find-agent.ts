import type { Tenant } from '../../../identity/tenant.ts';
import type { RecordReader } from '../../../records/ports.ts';
import { agentRef, readAgent } from '../../../vault/agents/agent-record.ts';
import type { Agent } from '../../../vault/agents/agent.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { atFormer, placesOf } from '../../../vault/environments/former-storage.ts';
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

/** The environment as it stands where the vault of an agent lies; `undefined`: that was taken away. */
export function placeOfAgent(
  environment: Environment,
  { vaultId, enrolledAtMs = 0 }: Pick<Agent, 'vaultId' | 'enrolledAtMs'>,
): Environment | undefined {
  if (vaultId !== undefined) return placesOf(environment).find((place) => place.vaultId === vaultId);
  // A record of before agents knew their vault.
  const former = environment.formerStorages.find(({ leftAtMs }) => enrolledAtMs < leftAtMs);
  return former === undefined ? environment : atFormer(environment, former);
}

/**
 * Refuses an agent whose vault is not where backups go any more: what it would write there, nobody is to expect.
 *
 * @throws {EnvironmentError} `agent-left-behind`
 */
export function requireNotLeftBehind(environment: Environment, agent: Agent): void {
  if (placeOfAgent(environment, agent)?.vaultId === environment.vaultId) return;
  throw leftBehind(environment, agent);
}

export function leftBehind({ label }: Environment, { name, vaultId }: Agent): EnvironmentError {
  return new EnvironmentError(
    'agent-left-behind',
    `The agent ${name} was enrolled for the vault ${vaultId ?? 'where backups went before'}, and backups of ${label} go to another place now. ` +
      'Enrol the host again: "keystead vault agent revoke", "keystead vault agent invite", and "keystead agent enroll" on the host with an empty --state. What it has written stays readable',
  );
}

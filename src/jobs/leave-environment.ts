import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Write } from '../records/commit.ts';
import { listAllOf } from '../records/list-all.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordKind } from '../records/record.ts';
import { readAgent, removeAgent } from '../vault/agents/agent-record.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { environmentRef } from '../vault/environments/environment-record.ts';
import { keyWatchRef } from '../vault/key-watch/key-watch-record.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { activitySpace, LOCK_SPACE } from '../vault/runs/run-record.ts';
import { AgentsEnd } from './end-agent.ts';

/** What belongs to an environment and goes with it: first what would start something. Runs stay: they are history. */
const REMOVED: readonly RecordKind[] = ['schedule', 'source'];
/** The same, with the hosts that write there: their users and credentials end. */
export const BELONGINGS: readonly RecordKind[] = ['vault-agent', ...REMOVED];
/** How many writes go in one commit: its entry names each, and an entry is bounded. What is left the server sweeps. */
const AT_ONCE = 150;
/** So long the record of an agent tells that its environment was there: what looks for rights that nothing needs asks for it. */
const AGENT_KEPT_MS = 48 * 3_600_000;

export interface LeaveServices {
  readonly records: RecordReader;
  readonly directory: Directory;
}

/** @throws {EnvironmentError} `run-in-progress`: a run of this environment is in flight, of whatever kind */
export async function requireAtRest(records: RecordReader, environmentId: string): Promise<void> {
  const [first] = await records.listNames(LOCK_SPACE, { after: `${environmentId}/`, limit: 1 });
  if (first === undefined || !first.name.startsWith(`${environmentId}/`)) return;
  throw new EnvironmentError(
    'run-in-progress',
    `The run ${first.id} is in flight on this environment. Wait for it to end, or cancel it`,
  );
}

/**
 * The commit by which an environment is forgotten, with as much of what belongs to it as goes at once. Its places and its
 * label are free again.
 */
export async function withoutEnvironment(
  services: LeaveServices,
  tenant: Tenant,
  { id, revision }: Environment,
  nowMs: number,
): Promise<{
  readonly writes: readonly Write[];
  readonly emptySpaces: readonly string[];
}> {
  const { tenantId } = tenant;
  const writes: Write[] = [{ remove: environmentRef(tenantId, id), revision }];
  const watch = await services.records.read(keyWatchRef(tenantId, id));
  if (watch !== undefined) writes.push({ remove: keyWatchRef(tenantId, id), revision: watch.revision });
  writes.push(...(await belongingsOf(services, tenant, id, nowMs)));
  const emptySpaces = (['writing', 'rekeying'] as const).map((activity) => activitySpace(id, activity));
  return { writes, emptySpaces };
}

/** What takes away what belongs to an environment: as much of it as goes in one commit. */
export async function belongingsOf(
  services: LeaveServices,
  tenant: Tenant,
  environmentId: string,
  nowMs: number,
): Promise<readonly Write[]> {
  const { tenantId } = tenant;
  const writes = await agentsOf(services, tenant, environmentId, nowMs);
  for (const kind of REMOVED) {
    if (writes.length >= AT_ONCE) break;
    const rows = await services.records.list(tenantId, kind, environmentId, { limit: AT_ONCE - writes.length });
    writes.push(...rows.map(({ id, revision }) => ({ remove: { tenantId, kind, id }, revision })));
  }
  return writes;
}

/** The end of its agents, credentials included, and of the records of those that ended long ago. */
async function agentsOf(
  { records, directory }: LeaveServices,
  tenant: Tenant,
  environmentId: string,
  nowMs: number,
): Promise<Write[]> {
  const writes: Write[] = [];
  const end = new AgentsEnd(directory, tenant);
  for (const record of await listAllOf(records, tenant.tenantId, 'vault-agent', environmentId)) {
    if (writes.length + end.count >= AT_ONCE / 2) break;
    const agent = readAgent(tenant.tenantKey, record);
    if (agent.state !== 'revoked') await end.add(agent, nowMs);
    else if (nowMs - (agent.revokedAtMs ?? 0) >= AGENT_KEPT_MS) writes.push(removeAgent(agent));
  }
  return [...writes, ...end.writes];
}

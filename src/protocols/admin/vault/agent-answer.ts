import Type from 'typebox';
import type { Agent } from '../../../vault/agents/agent.ts';
import type { EnvironmentStorage } from '../../../vault/environments/storage.ts';
import { named, REGION_NAME, TIMESTAMP, timestamp, UUID } from '../schema.ts';

const TEXT = Type.String();

export const AGENT_NAME = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$' });

export const AGENT = named('Agent', {
  agentId: UUID,
  environmentId: UUID,
  name: AGENT_NAME,
  principalId: Type.String({ ...UUID, description: 'the user of the tenant as whom it asks' }),
  state: Type.Enum(['invited', 'enrolled', 'revoked']),
  invitedUntil: TIMESTAMP,
  writerId: Type.Optional(
    Type.String({ description: "the fingerprint of its signing key: compare it on the host's side" }),
  ),
  enrolledAt: Type.Optional(TIMESTAMP),
  lastRun: Type.Optional(named('AgentLastRun', { runId: UUID, state: TEXT, endedAt: TIMESTAMP })),
  newestSnapshot: Type.Optional(TEXT),
  revokedAt: Type.Optional(TIMESTAMP),
  through: Type.Optional(
    Type.Integer({ minimum: 0, description: 'of a revoked one, the last of its snapshots that counts' }),
  ),
  createdAt: TIMESTAMP,
});

/** Where an agent writes, without credentials: those are its host's. */
export const AGENT_STORAGE = named('AgentStorage', {
  type: Type.Enum(['folder', 'aws-s3', 'ibm-cos', 's3-compatible']),
  region: REGION_NAME,
  path: Type.Optional(TEXT),
  bucket: Type.Optional(TEXT),
  prefix: Type.Optional(TEXT),
  endpoint: Type.Optional(TEXT),
  lock: Type.Optional(named('AgentStorageLock', { mode: TEXT, days: Type.Integer({ minimum: 1 }) })),
  serverSideKey: Type.Optional(TEXT),
});

export function showAgent(agent: Agent, newestSnapshot?: string) {
  const { id, environmentId, name, principalId, state, invitedUntilMs, writerId, lastRun, through } = agent;
  return {
    agentId: id,
    environmentId,
    name,
    principalId,
    state,
    invitedUntil: timestamp(invitedUntilMs),
    ...(writerId !== undefined && { writerId }),
    ...(agent.enrolledAtMs !== undefined && { enrolledAt: timestamp(agent.enrolledAtMs) }),
    ...(lastRun && {
      lastRun: { runId: lastRun.runId, state: lastRun.state, endedAt: timestamp(lastRun.endedAtMs) },
    }),
    ...(newestSnapshot !== undefined && { newestSnapshot }),
    ...(agent.revokedAtMs !== undefined && { revokedAt: timestamp(agent.revokedAtMs) }),
    ...(through !== undefined && { through }),
    createdAt: timestamp(agent.createdAtMs),
  };
}

/** What a host is told of the store; `undefined` for one that it cannot reach by itself. */
export function showAgentStorage(storage: EnvironmentStorage) {
  if (storage.type === 'hosted') return undefined;
  if (storage.type === 'folder') return { type: storage.type, region: storage.region, path: storage.path };
  const { type, region, bucket, prefix, endpoint, lock, serverSideKey } = storage;
  return {
    type,
    region,
    bucket,
    prefix,
    ...(endpoint !== undefined && { endpoint }),
    ...(lock && { lock: { ...lock } }),
    ...(serverSideKey !== undefined && { serverSideKey }),
  };
}

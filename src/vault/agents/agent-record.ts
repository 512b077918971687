import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import type { Agent } from './agent.ts';
import { notAuthentic } from '../environments/environment-error.ts';

const FORMAT = 1;

export function agentRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'vault-agent', id };
}

/** The name by which an agent is found in its environment. */
export function agentName(tenantId: string, environmentId: string, name: string): RecordName {
  return { space: `vault-agent:${tenantId}/${environmentId}`, name: name.toLowerCase() };
}

/** The write that brings an agent from `before` (absent: it is new) to `after`. A revoked one gives its name back. */
export function putAgent(tenantKey: TenantKey, before: Agent | undefined, after: Agent): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const at = { ...agentRef(tenantId, id), scope: after.environmentId, revision: (before?.revision ?? 0) + 1 };
  const names = [agentName(tenantId, after.environmentId, after.name)];
  const isReleased = after.state === 'revoked' && before !== undefined && before.state !== 'revoked';
  return {
    put: sealBody(tenantKey.records, at, FORMAT, content),
    ...(before === undefined && { claim: names }),
    ...(isReleased && { release: names }),
  };
}

export function removeAgent({ tenantId, id, revision }: Agent): Remove {
  return { remove: agentRef(tenantId, id), revision };
}

/** Reads an agent from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readAgent(tenantKey: TenantKey, record: StoredRecord): Agent {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`agent ${id}`);
  const wanted = { kind: 'vault-agent', format: FORMAT, refused } as const;
  const content = openBody<Omit<Agent, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  return { ...content, tenantId, id, revision };
}

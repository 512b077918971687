import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import type { Agent } from './agent.ts';
import { openBody } from '../record-body.ts';

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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const ref = { ...agentRef(tenantId, id), scope: after.environmentId };
  const names = [agentName(tenantId, after.environmentId, after.name)];
  const isReleased = after.state === 'revoked' && before !== undefined && before.state !== 'revoked';
  return {
    put: sealRecord({ ...ref, revision: (before?.revision ?? 0) + 1, body }, tenantKey.records),
    ...(before === undefined && { claim: names }),
    ...(isReleased && { release: names }),
  };
}

/** Reads an agent from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readAgent(tenantKey: TenantKey, record: StoredRecord): Agent {
  const content = openBody(tenantKey, record, 'vault-agent', FORMAT, 'agent');
  const { tenantId, id, revision } = record;
  return { ...(content as Omit<Agent, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
}

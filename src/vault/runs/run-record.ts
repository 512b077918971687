import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import { EnvironmentError } from '../environments/environment-error.ts';
import type { Run } from './run.ts';

const FORMAT = 1;

export function runRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'run', id };
}

/** Where runs in flight hold their locks, over all processes. */
export const LOCK_SPACE = 'run-lock';

export function lockName(environmentId: string, lock: string): RecordName {
  return { space: LOCK_SPACE, name: `${environmentId}/${lock}` };
}

/** The write that brings a run from `before` (absent: it begins) to `after`. It holds its lock while it is running. */
export function putRun(tenantKey: TenantKey, before: Run | undefined, after: Run): Put {
  const { tenantId, id, revision: _, ...content } = after;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const ref = runRef(tenantId, id);
  const lock = [lockName(after.environmentId, after.lock)];
  const held = before?.state === 'running';
  const holds = after.state === 'running';
  return {
    put: sealRecord({ ...ref, scope: after.environmentId, revision, body }, tenantKey.records),
    ...(holds && !held && { claim: lock }),
    ...(held && !holds && { release: lock }),
  };
}

/** Reads a run from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readRun(tenantKey: TenantKey, record: StoredRecord): Run {
  const refused = new EnvironmentError(
    'record-not-authentic',
    `The record of run ${record.id} is not one that this installation wrote: run "keystead audit verify"`,
  );
  if (record.kind !== 'run' || !isAuthentic(record, tenantKey.records)) throw refused;
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== FORMAT) throw refused;
  const { tenantId, id, revision } = record;
  return { ...(content as Omit<Run, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
}

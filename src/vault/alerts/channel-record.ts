import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { listAllOf } from '../../records/list-all.ts';
import type { RecordReader } from '../../records/ports.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import { EnvironmentError } from '../environments/environment-error.ts';
import type { AlertChannel } from './channel.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

export function channelRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'alert-channel', id };
}

/** The name by which a channel is found in its tenant. */
export function channelName(tenantId: string, label: string): RecordName {
  return { space: `alert-channel:${tenantId}`, name: label };
}

/** The write that makes a channel. */
export function putChannel(tenantKey: TenantKey, channel: AlertChannel): Put {
  const { tenantId, id, revision: _, ...content } = channel;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  return {
    put: sealRecord({ ...channelRef(tenantId, id), scope: '', revision: 1, body }, tenantKey.records),
    claim: [channelName(tenantId, channel.label)],
  };
}

export function removeChannel({ tenantId, id, revision }: AlertChannel): Remove {
  return { remove: channelRef(tenantId, id), revision };
}

/** Reads a channel from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readChannel(tenantKey: TenantKey, record: StoredRecord): AlertChannel {
  const refused = new EnvironmentError(
    'record-not-authentic',
    `The record of alert channel ${record.id} is not one that this installation wrote: run "keystead audit verify"`,
  );
  if (record.kind !== 'alert-channel' || !isAuthentic(record, tenantKey.records)) throw refused;
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== FORMAT) throw refused;
  const { tenantId, id, revision } = record;
  return { ...(content as Omit<AlertChannel, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
}

/** All channels of a tenant. */
export async function channelsOf(records: Pick<RecordReader, 'list'>, tenantKey: TenantKey): Promise<AlertChannel[]> {
  const all = await listAllOf(records, tenantKey.tenantId, 'alert-channel', '');
  return all.map((record) => readChannel(tenantKey, record));
}

import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { listAllOf } from '../../records/list-all.ts';
import type { RecordReader } from '../../records/ports.ts';
import { sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import type { AlertChannel } from './channel.ts';
import { openBody } from '../record-body.ts';

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
  const content = openBody(tenantKey, record, 'alert-channel', FORMAT, 'alert channel');
  const { tenantId, id, revision } = record;
  return { ...(content as Omit<AlertChannel, 'tenantId' | 'id' | 'revision'>), tenantId, id, revision };
}

/** All channels of a tenant. */
export async function channelsOf(records: Pick<RecordReader, 'list'>, tenantKey: TenantKey): Promise<AlertChannel[]> {
  const all = await listAllOf(records, tenantKey.tenantId, 'alert-channel', '');
  return all.map((record) => readChannel(tenantKey, record));
}

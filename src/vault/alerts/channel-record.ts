import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { listAllOf } from '../../records/list-all.ts';
import type { RecordReader } from '../../records/ports.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import type { AlertChannel } from './channel.ts';
import { notAuthentic } from '../environments/environment-error.ts';

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
  const at = { ...channelRef(tenantId, id), scope: '', revision: 1 };
  return {
    put: sealBody(tenantKey.records, at, FORMAT, content),
    claim: [channelName(tenantId, channel.label)],
  };
}

export function removeChannel({ tenantId, id, revision }: AlertChannel): Remove {
  return { remove: channelRef(tenantId, id), revision };
}

/** Reads a channel from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readChannel(tenantKey: TenantKey, record: StoredRecord): AlertChannel {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`alert channel ${id}`);
  const wanted = { kind: 'alert-channel', format: FORMAT, refused } as const;
  const content = openBody<Omit<AlertChannel, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  return { ...content, tenantId, id, revision };
}

/** All channels of a tenant. */
export async function channelsOf(records: Pick<RecordReader, 'list'>, tenantKey: TenantKey): Promise<AlertChannel[]> {
  const all = await listAllOf(records, tenantKey.tenantId, 'alert-channel', '');
  return all.map((record) => readChannel(tenantKey, record));
}

import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { renamed } from '../../records/names.ts';
import { sealRecord, type RecordRef, type StoredRecord } from '../../records/record.ts';
import { isDoubtful, type KeyWatch } from './key-watch.ts';
import { openBody } from '../record-body.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** Space of the environments whose keys are looked at every minute: over all tenants. */
export const UNEASY_SPACE = 'key-watch-uneasy';

/** Its id is that of the environment. */
export function keyWatchRef(tenantId: string, environmentId: string): RecordRef {
  return { tenantId, kind: 'key-watch', id: environmentId };
}

/** The write that brings what is known of keys from `before` (absent: nothing) to `after`. */
export function putKeyWatch(tenantKey: TenantKey, before: KeyWatch | undefined, after: KeyWatch): Put {
  const { tenantId, environmentId, revision: _, ...content } = after;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const revision = (before?.revision ?? 0) + 1;
  const [had, has] = [before === undefined ? [] : namesOf(before), namesOf(after)];
  return {
    put: sealRecord({ ...keyWatchRef(tenantId, environmentId), scope: '', revision, body }, tenantKey.records),
    ...renamed(had, has),
  };
}

/** Reads what is known of keys from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readKeyWatch(tenantKey: TenantKey, record: StoredRecord): KeyWatch {
  const content = openBody(tenantKey, record, 'key-watch', FORMAT, 'the key watch');
  const { tenantId, id: environmentId, revision } = record;
  return {
    ...(content as Omit<KeyWatch, 'tenantId' | 'environmentId' | 'revision'>),
    tenantId,
    environmentId,
    revision,
  };
}

function namesOf(watch: KeyWatch): RecordName[] {
  const { tenantId, environmentId, held } = watch;
  if (held === undefined && !isDoubtful(watch)) return [];
  return [{ space: UNEASY_SPACE, name: `${tenantId}/${environmentId}` }];
}

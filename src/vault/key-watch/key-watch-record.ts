import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName } from '../../records/commit.ts';
import { renamed } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { isDoubtful, type KeyWatch } from './key-watch.ts';
import { notAuthentic } from '../environments/environment-error.ts';

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
  const at = { ...keyWatchRef(tenantId, environmentId), scope: '', revision: (before?.revision ?? 0) + 1 };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), ...renamed(namesOf, before, after) };
}

/** Reads what is known of keys from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readKeyWatch(tenantKey: TenantKey, record: StoredRecord): KeyWatch {
  const { tenantId, id: environmentId, revision } = record;
  const refused = (): Error => notAuthentic(`the key watch ${environmentId}`);
  const wanted = { kind: 'key-watch', format: FORMAT, refused } as const;
  type Content = Omit<KeyWatch, 'tenantId' | 'environmentId' | 'revision'>;
  return { ...openBody<Content>(tenantKey.records, record, wanted), tenantId, environmentId, revision };
}

function namesOf(watch: KeyWatch): RecordName[] {
  const { tenantId, environmentId, held } = watch;
  if (held === undefined && !isDoubtful(watch)) return [];
  return [{ space: UNEASY_SPACE, name: `${tenantId}/${environmentId}` }];
}

import type { Random } from '../crypto/random.ts';
import { grantScope, type GrantedKey } from '../keys/grant-record.ts';
import type { RecordStore } from '../records/ports.ts';
import { ownEntry } from './own-entry.ts';

/** How many grants one commit takes away: its entry names each of them, and has an end. */
const BATCH = 200;

/**
 * Takes away all grants of a key that is about to be destroyed. In several commits, since there may be very many; what
 * is interrupted goes on with the next sweep, because the key is destroyed only behind it.
 *
 * @throws {ConflictError} another sweep is at it
 */
export async function sweepGrants(store: RecordStore, key: GrantedKey, nowMs: number, random: Random): Promise<void> {
  for (;;) {
    const grants = await store.list(key.tenantId, 'grant', grantScope(key), { limit: BATCH });
    if (grants.length === 0) return;
    const entry = ownEntry({ tenantId: key.tenantId, action: 'kms:DeleteGrants', key: key.id }, nowMs, random);
    const writes = grants.map(({ tenantId, kind, id, revision }) => ({ remove: { tenantId, kind, id }, revision }));
    await store.commit({ writes, entries: [entry] });
  }
}

import type { DatabaseSync } from 'node:sqlite';
import { addRecord, decodeState, emptyState, type StateSum, stateRoot } from '../records/state-root.ts';
import { recordDigest, type RecordKind } from '../records/record.ts';

/** The state of one tenant as it is stored, and as its records add up. Roots are hexadecimal. */
export interface TenantState {
  readonly stored: string;
  readonly computed: string;
  readonly records: number;
}

interface Row {
  readonly tenant: string;
  readonly kind: RecordKind;
  readonly id: string;
  readonly scope: string;
  readonly revision: number;
  readonly body: Buffer;
}

/** Adds up every record of every tenant. Costs about 15 microseconds a record. */
export function stateSums(db: DatabaseSync): Map<string, TenantState> {
  const computed = new Map<string, { sum: StateSum; records: number }>();
  const rows = db.prepare('SELECT tenant, kind, id, scope, revision, body FROM record');
  for (const row of rows.iterate() as Iterable<unknown> as Iterable<Row>) {
    let tenant = computed.get(row.tenant);
    if (!tenant) computed.set(row.tenant, (tenant = { sum: emptyState(), records: 0 }));
    addRecord(tenant.sum, recordDigest({ ...row, tenantId: row.tenant }));
    tenant.records++;
  }
  const stored = storedRoots(db);
  const empty = stateRoot(emptyState()).toString('hex');
  const states = new Map<string, TenantState>();
  for (const tenant of new Set([...computed.keys(), ...stored.keys()])) {
    const found = computed.get(tenant);
    states.set(tenant, {
      stored: stored.get(tenant) ?? empty,
      computed: found ? stateRoot(found.sum).toString('hex') : empty,
      records: found?.records ?? 0,
    });
  }
  return states;
}

function storedRoots(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare('SELECT tenant, sum FROM tenant_state').all();
  return new Map(rows.map((row) => [String(row['tenant']), rootOfStored(row['sum'] as Uint8Array)]));
}

/** A sum of the wrong length is no sum: its root equals nothing. */
function rootOfStored(sum: Uint8Array): string {
  return sum.byteLength === 2048 ? stateRoot(decodeState(sum)).toString('hex') : 'unreadable';
}

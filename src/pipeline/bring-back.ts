import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Write } from '../records/commit.ts';
import { ConflictError, type RecordStore } from '../records/ports.ts';
import type { RecordKind, StoredRecord } from '../records/record.ts';
import { ownEntry, type OwnAct } from './own-entry.ts';

export interface BringBackPorts {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
}

/** Records of one kind that are told to somebody outside. */
export interface PutOff {
  readonly kind: RecordKind;
  /** In words, for who reads that some could not be looked at. */
  readonly things: string;
  /** What has one sent now, and its act; `undefined` where it was not put off astray. */
  readonly back: (
    tenant: Tenant,
    record: StoredRecord,
    nowMs: number,
  ) => { readonly write: Write; readonly act: OwnAct } | undefined;
}

/**
 * Has sent now what a clock which was far ahead has put off: it would be told when it is long over. Answers how many
 * there were.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function bringBack(ports: BringBackPorts, { kind, things, back }: PutOff): Promise<number> {
  const { store, directory, clock, random } = ports;
  const failures: unknown[] = [];
  let count = 0;
  for (const record of await store.listAll(kind)) {
    try {
      const tenant = await directory.tenant(record.tenantId);
      const nowMs = clock();
      const brought = tenant && back(tenant, record, nowMs);
      if (brought === undefined) continue;
      await store.commit({ writes: [brought.write], entries: [ownEntry(brought.act, nowMs, random)] });
      count++;
    } catch (error) {
      // Somebody else was faster: another server, or who it is told to has answered meanwhile.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} ${things} could not be looked at`);
  return count;
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Room, Write } from '../records/commit.ts';
import { ConflictError, NoRoomError } from '../records/ports.ts';
import { describeRef, recordDigest, type RecordRef, type StoredRecord } from '../records/record.ts';

/** Digests of one record around a write, for the state sum. */
interface Digests {
  readonly before?: Buffer;
  readonly after?: Buffer;
}

/** Changes rows of `record`, each only from the revision that the writer of the change has seen. */
export class RecordTable {
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT scope, revision, body FROM record WHERE tenant = ? AND kind = ? AND id = ?');
    this.#upsert = db.prepare(
      `INSERT INTO record (tenant, kind, id, scope, revision, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET scope = excluded.scope, revision = excluded.revision,
         body = excluded.body, mac = excluded.mac`,
    );
    // No further than needed: the index has what it takes.
    this.#count = db.prepare(
      'SELECT count(*) AS n FROM (SELECT 1 FROM record WHERE tenant = ? AND kind = ? AND scope = ? LIMIT ?)',
    );
    this.#delete = db.prepare('DELETE FROM record WHERE tenant = ? AND kind = ? AND id = ?');
  }

  /** @throws {ConflictError} the record is not at this revision (0: it exists). */
  expect(ref: RecordRef, revision: number): Omit<StoredRecord, 'mac'> | undefined {
    const row = this.#select.get(ref.tenantId, ref.kind, ref.id);
    const found = row === undefined ? 0 : Number(row['revision']);
    if (found !== revision) throw revisionConflict(ref, revision, found);
    if (row === undefined) return undefined;
    return { ...pick(ref), scope: String(row['scope']), revision, body: row['body'] as Buffer };
  }

  /** @throws {NoRoomError} the scope has as many records as it may have. */
  expectRoom(room: Room): void {
    const count = this.#count.get(room.tenantId, room.kind, room.scope, room.below)?.['n'];
    if (Number(count) >= room.below) throw new NoRoomError(room);
  }

  write(write: Write): Digests {
    if ('put' in write) {
      const { put } = write;
      const old = this.expect(put, put.revision - 1);
      this.#upsert.run(put.tenantId, put.kind, put.id, put.scope, put.revision, put.body, put.mac);
      return { ...(old && { before: recordDigest(old) }), after: recordDigest(put) };
    }
    const old = this.expect(write.remove, write.revision);
    this.#delete.run(write.remove.tenantId, write.remove.kind, write.remove.id);
    return old ? { before: recordDigest(old) } : {};
  }
}

/** Says which record was elsewhere. */
export function revisionConflict(ref: RecordRef, wanted: number, found: number): ConflictError {
  const is = found === 0 ? 'does not exist' : `is at revision ${found}`;
  const should = wanted === 0 ? 'not to exist' : `at revision ${wanted}`;
  return new ConflictError(`${describeRef(ref)} ${is}, the commit wanted it ${should}`);
}

function pick({ tenantId, kind, id }: RecordRef): RecordRef {
  return { tenantId, kind, id };
}

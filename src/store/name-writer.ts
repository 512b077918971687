import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordName, Write } from '../records/commit.ts';
import { ConflictError } from '../records/ports.ts';
import { describeRef, type RecordRef } from '../records/record.ts';

/** Changes rows of `record_name`. */
export class NameWriter {
  readonly #select: StatementSync;
  readonly #any: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteAll: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT tenant, kind, id FROM record_name WHERE space = ? AND name = ?');
    this.#any = db.prepare('SELECT 1 FROM record_name WHERE space = ? LIMIT 1');
    this.#insert = db.prepare('INSERT INTO record_name (space, name, tenant, kind, id) VALUES (?, ?, ?, ?, ?)');
    this.#delete = db.prepare('DELETE FROM record_name WHERE space = ? AND name = ?');
    this.#deleteAll = db.prepare('DELETE FROM record_name WHERE tenant = ? AND kind = ? AND id = ?');
  }

  /**
   * Gives names up before it gives them out, so that one commit can move a name from one record to another. In between
   * the spaces are looked at that must be empty.
   *
   * @throws {ConflictError} a claimed name is another record's, a released one is not the record's, or a space is not
   *   empty.
   */
  write(writes: readonly Write[], emptySpaces: readonly string[] = []): void {
    for (const write of writes) {
      if ('remove' in write) this.#deleteAll.run(write.remove.tenantId, write.remove.kind, write.remove.id);
      else for (const name of write.release ?? []) this.#release(name, write.put);
    }
    for (const space of emptySpaces) if (this.#any.get(space) !== undefined) throw notEmpty(space);
    for (const write of writes) {
      if ('put' in write) for (const name of write.claim ?? []) this.#claim(name, write.put);
    }
  }

  #release(name: RecordName, ref: RecordRef): void {
    if (!isOf(this.#select.get(name.space, name.name), ref)) throw notHeld(name, ref);
    this.#delete.run(name.space, name.name);
  }

  #claim(name: RecordName, ref: RecordRef): void {
    const holder = this.#select.get(name.space, name.name);
    if (holder === undefined) this.#insert.run(name.space, name.name, ref.tenantId, ref.kind, ref.id);
    else if (!isOf(holder, ref)) throw taken(name);
  }
}

export function taken({ space, name }: RecordName): ConflictError {
  return new ConflictError(`the name ${name} in ${space} belongs to another record`, { space, name });
}

export function notEmpty(space: string): ConflictError {
  return new ConflictError(`the space ${space} holds names, the commit wanted it empty`);
}

export function notHeld({ space, name }: RecordName, ref: RecordRef): ConflictError {
  return new ConflictError(`the name ${name} in ${space} is not one of ${describeRef(ref)}`);
}

function isOf(row: Record<string, unknown> | undefined, ref: RecordRef): boolean {
  return row?.['tenant'] === ref.tenantId && row['kind'] === ref.kind && row['id'] === ref.id;
}

import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import { type FramedEntry, readFrames } from '../audit/entry-frame.ts';
import type { EntryQueue, LogPosition, SequencePlan } from '../audit/log.ts';
import { type BatchRow, isMarked } from './batch-mark.ts';
import { StateCheckError } from './errors.ts';
import { queries } from './kysely-dialect.ts';
import type { Tables } from './schema.ts';

/** A plan takes up to this much of the queue, and one batch at least. */
const MAX_PLAN_BYTES = 8 << 20;

/** The queue of entries in the database: rows of `audit_batch` behind the plan's row. */
export class AuditQueue implements EntryQueue {
  readonly #db: DatabaseSync;
  readonly #kysely: Kysely<Tables>;
  readonly #key: KeyObject | undefined;

  /** With the key, rows that do not bear its mark are refused. */
  constructor(db: DatabaseSync, key?: KeyObject) {
    this.#db = db;
    this.#key = key;
    this.#kysely = queries(db);
  }

  async plan(nowMs: number): Promise<SequencePlan | undefined> {
    const row = await this.#planRow();
    if (row.planned_through > row.done_through) return this.#planOf(row);
    const through = await this.#nextThrough(row.done_through);
    if (through === row.done_through) return undefined;
    const planned = { planned_through: through, planned_ms: nowMs };
    const fixed = await this.#kysely
      .updateTable('audit_plan')
      .set(planned)
      .where('done_through', '=', row.done_through)
      .where('planned_through', '=', row.done_through)
      .executeTakeFirst();
    if (fixed.numUpdatedRows !== 1n) throw new Error('two sequencers work on one queue: stop one of the processes');
    return this.#planOf({ ...row, ...planned });
  }

  newest(): number {
    // Kept by AUTOINCREMENT, also when the rows are gone (https://sqlite.org/autoinc.html).
    const row = this.#db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit_batch'").get();
    return Number(row?.['seq'] ?? 0);
  }

  async position(log: string): Promise<LogPosition | undefined> {
    const row = await this.#kysely.selectFrom('audit_log').selectAll().where('log', '=', log).executeTakeFirst();
    return row && { ...row, root: Buffer.from(row.root) };
  }

  /** Where all logs stand. */
  async positions(): Promise<LogPosition[]> {
    const rows = await this.#kysely.selectFrom('audit_log').selectAll().orderBy('log').execute();
    return rows.map((row) => ({ ...row, root: Buffer.from(row.root) }));
  }

  async finish(plan: SequencePlan, positions: readonly LogPosition[]): Promise<void> {
    await this.#kysely.transaction().execute(async (transaction) => {
      const moved = await transaction
        .updateTable('audit_plan')
        .set({ done_through: plan.through })
        .where('planned_through', '=', plan.through)
        .where('done_through', '<', plan.through)
        .executeTakeFirst();
      if (moved.numUpdatedRows !== 1n) throw new Error('the plan was finished by another sequencer');
      for (const position of positions) await putPosition(transaction, position);
      await transaction.deleteFrom('audit_batch').where('seq', '<=', plan.through).execute();
    });
  }

  /** Every entry that waits, in order. */
  async waiting(): Promise<Iterable<FramedEntry>> {
    return this.#entries((await this.#planRow()).done_through, Number.MAX_SAFE_INTEGER);
  }

  /** The entries of the plan that is begun and not finished. */
  async planned(): Promise<Iterable<FramedEntry>> {
    const row = await this.#planRow();
    return this.#entries(row.done_through, row.planned_through);
  }

  async #planRow(): Promise<PlanRow> {
    const row = await this.#kysely.selectFrom('audit_plan').selectAll().executeTakeFirstOrThrow();
    const first = this.#db.prepare('SELECT min(seq) AS seq FROM audit_batch').get()?.['seq'];
    // What is in the logs was dropped in the same transaction: a place that was moved on would have entries passed over.
    if (typeof first === 'number' && first <= row.done_through) throw passedOver(first);
    return row;
  }

  #planOf({ done_through, planned_through, planned_ms }: PlanRow): SequencePlan {
    return {
      through: planned_through,
      timeMs: planned_ms,
      entries: () => this.#entries(done_through, planned_through),
    };
  }

  async #nextThrough(done: number): Promise<number> {
    const size = sql<number>`length(body)`.as('size');
    const query = this.#kysely.selectFrom('audit_batch').select(['seq', size]).where('seq', '>', done);
    let through = done;
    let bytes = 0;
    for (const row of await query.orderBy('seq').limit(100_000).execute()) {
      bytes += row.size;
      if (through > done && bytes > MAX_PLAN_BYTES) break;
      through = row.seq;
    }
    return through;
  }

  *#entries(after: number, through: number): Generator<FramedEntry> {
    const rows = this.#db.prepare('SELECT seq, node, body FROM audit_batch WHERE seq > ? AND seq <= ? ORDER BY seq');
    let last = after;
    for (const row of rows.iterate(after, through) as Iterable<unknown> as Iterable<BatchRow>) {
      const { seq, body } = row;
      if (seq !== last + 1) throw missing(last + 1);
      if (this.#key !== undefined && !isMarked(this.#key, row)) throw foreign(seq);
      last = seq;
      yield* readFrames(body);
    }
    if (through !== Number.MAX_SAFE_INTEGER && last !== through) throw missing(last + 1);
  }
}

type PlanRow = Tables['audit_plan'];

/** Sets where a log stands. */
export async function putPosition(kysely: Kysely<Tables>, position: LogPosition): Promise<void> {
  const { log, size, root, state, checkpoint } = position;
  await kysely
    .insertInto('audit_log')
    .values({ log, size, root, state, checkpoint })
    .onConflict((conflict) => conflict.column('log').doUpdateSet({ size, root, state, checkpoint }))
    .execute();
}

function foreign(seq: number): StateCheckError {
  return new StateCheckError(
    `batch ${seq} of audit entries in the queue is not one that this installation wrote: it was put there, changed or ` +
      'moved. Restore the newest copy of the data folder, and keep this one for an inquiry',
  );
}

function passedOver(seq: number): StateCheckError {
  return new StateCheckError(
    `batch ${seq} of audit entries waits in the queue, and the database says that it is in the logs: a row was changed. ` +
      'Restore the newest copy of the data folder, and keep this one for an inquiry',
  );
}

function missing(seq: number): StateCheckError {
  return new StateCheckError(
    `batch ${seq} of audit entries is missing from the queue: rows were deleted from the database. ` +
      'Restore the newest copy of the data folder',
  );
}

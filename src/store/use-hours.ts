import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CountedUses } from '../audit/last-uses.ts';
import { USES_BY_HOUR_DAYS, USES_KEPT_HOURS } from '../records/key-uses.ts';

/** How often is looked for rows whose time is over, and how many go at once: about a millisecond's work. */
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 500;
const DAY_HOURS = 24;
/** What day it is, is believed when so many days have uses: a clock that is wrong for hours takes nothing. */
const BELIEVED_DAYS = 7;
/** The name under which all uses of a log are counted. */
export const ALL_KEYS = '';

/** Writes rows of `key_use_hour`. */
export class UseHours {
  readonly #add: StatementSync;
  readonly #sweep: StatementSync;
  readonly #between: StatementSync;
  readonly #remove: StatementSync;
  readonly #newestBefore: StatementSync;
  #sweptMs = -Infinity;
  /** The first day that may have rows by the hour which are to be folded, in days since 1970. */
  #foldedTo = 0;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(
      `INSERT INTO key_use_hour (tenant, key, hour, action, count) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
    this.#sweep = db.prepare(
      `DELETE FROM key_use_hour WHERE (tenant, key, hour, action) IN
         (SELECT tenant, key, hour, action FROM key_use_hour WHERE hour < ? ORDER BY hour LIMIT ${SWEEP_ROWS})`,
    );
    this.#between = db.prepare(
      `SELECT tenant AS tenantId, key, hour, action, count FROM key_use_hour WHERE hour > ? AND hour < ?
       ORDER BY hour LIMIT ${SWEEP_ROWS}`,
    );
    this.#remove = db.prepare('DELETE FROM key_use_hour WHERE tenant = ? AND key = ? AND hour = ? AND action = ?');
    this.#newestBefore = db.prepare('SELECT max(hour) AS hour FROM key_use_hour WHERE hour < ?');
  }

  /** Adds to what other processes have counted, and to the sum over all keys of a log. */
  add(uses: readonly CountedUses[]): void {
    const sums = new Map<string, CountedUses>();
    for (const use of uses) {
      const { tenantId, key, hour, action, count } = use;
      this.#add.run(tenantId, key, hour, action, count);
      const name = `${tenantId} ${hour} ${action}`;
      sums.set(name, { ...use, key: ALL_KEYS, count: count + (sums.get(name)?.count ?? 0) });
    }
    for (const { tenantId, key, hour, action, count } of sums.values()) {
      this.#add.run(tenantId, key, hour, action, count);
    }
  }

  /**
   * Takes away some of what is kept no longer, and folds some of what is kept by the day alone: by the hour of the newest
   * use, but by none later than the seventh last day that has uses. So a clock that stands still takes nothing, and none
   * that was far ahead for a while. To be called in the transaction of a group.
   */
  sweep(uses: readonly CountedUses[]): void {
    const nowMs = performance.now();
    if (uses.length === 0 || nowMs - this.#sweptMs < SWEEP_EVERY_MS) return;
    const newest = Math.min(Math.max(...uses.map(({ hour }) => hour)), this.#believedHour());
    const { changes } = this.#sweep.run(newest - USES_KEPT_HOURS);
    // As long as there is more, it goes on with the next group.
    if (Number(changes) === SWEEP_ROWS) return;
    if (this.#fold(newest)) this.#sweptMs = nowMs;
  }

  /** The last hour of the seventh last day that has uses, of whatever key; where there are fewer, none is. */
  #believedHour(): number {
    let day = Infinity;
    for (let seen = 0; seen < BELIEVED_DAYS; seen++) {
      const hour = this.#newestBefore.get(day * DAY_HOURS)?.['hour'];
      if (typeof hour !== 'number') return -Infinity;
      day = Math.floor(hour / DAY_HOURS);
    }
    return (day + 1) * DAY_HOURS - 1;
  }

  /** Adds rows of an old day to that of its first hour. Answers whether there is nothing more to fold. */
  #fold(newest: number): boolean {
    const end = Math.floor(newest / DAY_HOURS) - USES_BY_HOUR_DAYS;
    // Where it begins anew, one look for each day that is kept finds what an earlier process left.
    let day = Math.max(this.#foldedTo, end - USES_KEPT_HOURS / DAY_HOURS);
    for (; day < end; day++) {
      const first = day * DAY_HOURS;
      const rows = this.#between.all(first, first + DAY_HOURS) as unknown as CountedUses[];
      for (const { tenantId, key, hour, action, count } of rows) {
        this.#remove.run(tenantId, key, hour, action);
        this.#add.run(tenantId, key, first, action, count);
      }
      if (rows.length > 0) break;
    }
    this.#foldedTo = day;
    return day >= end;
  }
}

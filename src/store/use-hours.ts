import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CountedUses } from '../audit/last-uses.ts';
import { USES_KEPT_HOURS } from '../records/key-uses.ts';

/** How often is looked for rows whose time is over, and how many go at once: about a millisecond's work. */
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 500;
/** The name under which all uses of a log are counted. */
export const ALL_KEYS = '';

/** Writes rows of `key_use_hour`. */
export class UseHours {
  readonly #add: StatementSync;
  readonly #sweep: StatementSync;
  #sweptMs = -Infinity;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(
      `INSERT INTO key_use_hour (tenant, key, hour, action, count) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
    this.#sweep = db.prepare(
      `DELETE FROM key_use_hour WHERE (tenant, key, hour, action) IN
         (SELECT tenant, key, hour, action FROM key_use_hour WHERE hour < ? ORDER BY hour LIMIT ${SWEEP_ROWS})`,
    );
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

  /** Takes away some of what is kept no longer. By the hour of the newest use: a clock that stands still takes nothing. */
  sweep(uses: readonly CountedUses[]): void {
    const nowMs = performance.now();
    if (uses.length === 0 || nowMs - this.#sweptMs < SWEEP_EVERY_MS) return;
    const { changes } = this.#sweep.run(Math.max(...uses.map(({ hour }) => hour)) - USES_KEPT_HOURS);
    // As long as there is more, it goes on with the next group.
    if (Number(changes) < SWEEP_ROWS) this.#sweptMs = nowMs;
  }
}

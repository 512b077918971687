import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LoggedUse } from '../audit/last-uses.ts';

/** Writes rows of `key_use`. */
export class UseTable {
  readonly #upsert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#upsert = db.prepare(
      `INSERT INTO key_use (tenant, key, action, time_ms, request, entry) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET action = excluded.action, time_ms = excluded.time_ms,
         request = excluded.request, entry = excluded.entry`,
    );
  }

  write(uses: readonly LoggedUse[]): void {
    for (const use of uses) {
      this.#upsert.run(use.tenantId, use.key, use.action, use.atMs, use.requestId, use.entryId);
    }
  }
}

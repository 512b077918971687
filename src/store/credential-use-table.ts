import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LoggedCredentialUse } from '../audit/credential-uses.ts';
import { makeRoom } from '../records/record-cache.ts';
import type { RecordRef } from '../records/record.ts';

/** A row is true to this much: whoever asks every millisecond costs a write each second. */
const GRAIN_MS = 1_000;
const MAX_KNOWN = 10_000;

/** Writes rows of `credential_use`. */
export class CredentialUseTable {
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #dropForeign: StatementSync;
  /** What this writer wrote last. */
  readonly #written = new Map<string, LoggedCredentialUse>();

  constructor(db: DatabaseSync) {
    this.#upsert = db.prepare(
      // In the log of another tenant, whose key was used, stands a credential that is none of that tenant's.
      `INSERT INTO credential_use (tenant, credential, time_ms, address, protocol) SELECT ?1, ?2, ?3, ?4, ?5
       WHERE EXISTS (SELECT 1 FROM record WHERE tenant = ?1 AND kind = 'credential' AND id = ?2)
       ON CONFLICT DO UPDATE SET time_ms = excluded.time_ms, address = excluded.address, protocol = excluded.protocol`,
    );
    this.#dropForeign = db.prepare(
      `DELETE FROM credential_use WHERE NOT EXISTS (SELECT 1 FROM record
       WHERE record.tenant = credential_use.tenant AND record.kind = 'credential' AND record.id = credential_use.credential)`,
    );
    this.#delete = db.prepare('DELETE FROM credential_use WHERE tenant = ? AND credential = ?');
  }

  write(uses: readonly LoggedCredentialUse[]): void {
    for (const use of uses) {
      const { tenantId, credentialId, atMs, address, protocol } = use;
      const name = `${tenantId}/${credentialId}`;
      const before = this.#written.get(name);
      const isNews =
        before === undefined ||
        Math.abs(atMs - before.atMs) >= GRAIN_MS ||
        before.address !== address ||
        before.protocol !== protocol;
      if (!isNews) continue;
      this.#upsert.run(tenantId, credentialId, atMs, address, protocol);
      makeRoom(this.#written, MAX_KNOWN);
      this.#written.set(name, use);
    }
  }

  /** Takes rows away of what is no credential of that tenant: earlier versions wrote them. */
  dropForeign(): void {
    this.#dropForeign.run();
  }

  /** What was written was taken back. */
  takeBack(): void {
    this.#written.clear();
  }

  /** With a record that goes, where it is a credential's, goes what is known of its use. */
  forget({ tenantId, kind, id }: RecordRef): void {
    if (kind !== 'credential') return;
    this.#delete.run(tenantId, id);
    this.#written.delete(`${tenantId}/${id}`);
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LoggedCredentialUse } from '../audit/credential-uses.ts';
import type { RecordRef } from '../records/record.ts';

/** Writes rows of `credential_use`. */
export class CredentialUseTable {
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync) {
    this.#upsert = db.prepare(
      `INSERT INTO credential_use (tenant, credential, time_ms, address, protocol) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET time_ms = excluded.time_ms, address = excluded.address, protocol = excluded.protocol`,
    );
    this.#delete = db.prepare('DELETE FROM credential_use WHERE tenant = ? AND credential = ?');
  }

  write(uses: readonly LoggedCredentialUse[]): void {
    for (const { tenantId, credentialId, atMs, address, protocol } of uses)
      this.#upsert.run(tenantId, credentialId, atMs, address, protocol);
  }

  /** With a record that goes, where it is a credential's, goes what is known of its use. */
  forget({ tenantId, kind, id }: RecordRef): void {
    if (kind === 'credential') this.#delete.run(tenantId, id);
  }
}

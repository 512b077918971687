import type { Generated } from 'kysely';

/** The tables, as the queries see them. Binary columns are read as `Uint8Array`. */
export interface Tables {
  /** Which migrations this file has seen. */
  schema_version: { version: number; name: string; applied_ms: number };
  record: {
    tenant: string;
    kind: string;
    id: string;
    scope: string;
    revision: number;
    body: Uint8Array;
    mac: Uint8Array;
  };
  record_name: { space: string; name: string; tenant: string; kind: string; id: string };
  /** The LtHash sum over the records of one tenant: docs/spec/records.md. */
  tenant_state: { tenant: string; sum: Uint8Array };
  /** One row: the number of state changes. */
  epoch: { one: number; value: number };
  /** Entries that are durable but not yet in the log: one row per group of commits. */
  audit_batch: { seq: Generated<number>; node: string; body: Uint8Array };
  /** The newest use of each key, by the log that tells of it: docs/spec/records.md. */
  key_use: { tenant: string; key: string; action: string; time_ms: number; request: string; entry: string };
  /** How often each key was used in an hour; with an empty key those of the whole log: docs/spec/records.md. */
  key_use_hour: { tenant: string; key: string; hour: number; action: string; count: number };
  /** The newest request of each credential, by the log that tells of it: docs/spec/records.md. */
  credential_use: { tenant: string; credential: string; time_ms: number; address: string; protocol: string };
  /** Where each log stands: what is in the tiles and was verified there. */
  audit_log: { log: string; size: number; root: Uint8Array; state: string; checkpoint: string };
  /** One row: batches up to `done_through` are in the logs; those up to `planned_through` are being put there. */
  audit_plan: { one: number; done_through: number; planned_through: number; planned_ms: number };
}

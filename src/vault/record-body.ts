import type { TenantKey } from '../crypto/hierarchy.ts';
import { isAuthentic, type StoredRecord } from '../records/record.ts';
import { EnvironmentError } from './environments/environment-error.ts';

/** A record that does not bear the seal of its tenant, or is another than it stands for. */
export function notAuthentic(what: string, { id }: StoredRecord): EnvironmentError {
  return new EnvironmentError(
    'record-not-authentic',
    `The record of ${what} ${id} is not one that this installation wrote: run "keystead audit verify"`,
  );
}

/**
 * What the body of a record says, besides its format. `what` is what people call it.
 *
 * @throws {EnvironmentError} `record-not-authentic`: also for another kind or format
 */
export function openBody(
  tenantKey: TenantKey,
  record: StoredRecord,
  kind: StoredRecord['kind'],
  knownFormat: number,
  what: string,
): object {
  if (record.kind !== kind || !isAuthentic(record, tenantKey.records)) throw notAuthentic(what, record);
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== knownFormat) throw notAuthentic(what, record);
  return content;
}

import type { KeyObject } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Put, RecordName } from '../records/commit.ts';
import { describeRef, isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';

/** The form of the bodies of identity's records that this code writes and reads. */
const FORMAT = 1;

/** A record of identity that is not one that this installation wrote. */
export class NotAuthenticError extends Error {
  override readonly name = 'NotAuthenticError';

  constructor(ref: RecordRef) {
    super(`the record of ${describeRef(ref)} is not one that this installation wrote: run "keystead audit verify"`);
  }
}

/** The write that puts a body under a reference, after `revision` (0: it is new). `scope` groups records for lists. */
export function putBody(
  recordKey: KeyObject,
  ref: RecordRef,
  revision: number,
  body: object,
  names: { readonly claim?: readonly RecordName[]; readonly release?: readonly RecordName[] } = {},
  scope = '',
): Put {
  const text = canonicalJson({ format: FORMAT, ...body } as unknown as Json);
  const record = { ...ref, scope, revision: revision + 1, body: Buffer.from(text, 'utf8') };
  return { put: sealRecord(record, recordKey), ...names };
}

/** Reads a body back. @throws {NotAuthenticError} */
export function readBody<Body>(recordKey: KeyObject, record: StoredRecord): Body {
  if (!isAuthentic(record, recordKey)) throw new NotAuthenticError(record);
  return parseBody<Body>(record);
}

/** Reads a body whose MAC cannot be checked yet, because the key to check it is inside. @throws {NotAuthenticError} */
export function parseBody<Body>(record: StoredRecord): Body {
  let parsed: { readonly format?: unknown } | null;
  try {
    parsed = JSON.parse(record.body.toString('utf8')) as typeof parsed;
  } catch {
    throw new NotAuthenticError(record);
  }
  if (parsed?.format !== FORMAT) throw new NotAuthenticError(record);
  const { format: _, ...body } = parsed;
  return body as Body;
}

import type { KeyObject } from 'node:crypto';
import { openBody, parseFormatted, sealBody } from '../records/body.ts';
import type { Put, RecordName } from '../records/commit.ts';
import { describeRef, type RecordRef, type StoredRecord } from '../records/record.ts';

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
  return { put: sealBody(recordKey, { ...ref, scope, revision: revision + 1 }, FORMAT, body), ...names };
}

/** Reads a body back. @throws {NotAuthenticError} */
export function readBody<Body extends object>(recordKey: KeyObject, record: StoredRecord): Body {
  const refused = (): Error => new NotAuthenticError(record);
  return openBody<Body>(recordKey, record, { kind: record.kind, format: FORMAT, refused });
}

/** Reads a body whose MAC cannot be checked yet, because the key to check it is inside. @throws {NotAuthenticError} */
export function parseBody<Body extends object>(record: StoredRecord): Body {
  const { format, ...body } = parseFormatted<Body>(record, () => new NotAuthenticError(record));
  if (format !== FORMAT) throw new NotAuthenticError(record);
  return body as unknown as Body;
}

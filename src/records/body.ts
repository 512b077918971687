import type { KeyObject } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import { isAuthentic, sealRecord, type RecordKind, type StoredRecord } from './record.ts';

/** What a body must be to be read, and what is thrown when it is not. */
export interface WantedBody {
  readonly kind: RecordKind;
  /** Made only when it is thrown: each room has its own words for a record that it did not write. */
  readonly refused: () => Error;
}

/**
 * The record that holds `content` (plain JSON) with the number of its format, under the MAC.
 *
 * @param at where it stands; `revision` is the one that it is to have
 */
export function sealBody(
  recordKey: KeyObject,
  at: Omit<StoredRecord, 'body' | 'mac'>,
  format: number,
  content: object,
): StoredRecord {
  const text = canonicalJson({ format, ...content } as unknown as Json);
  return sealRecord({ ...at, body: Buffer.from(text, 'utf8') }, recordKey);
}

/**
 * What the body of a record says, besides its format.
 *
 * @throws `wanted.refused()`: another kind or format, not the MAC of this key, not a JSON object
 */
export function openBody<Body extends object>(
  recordKey: KeyObject,
  record: StoredRecord,
  wanted: WantedBody & { readonly format: number },
): Body {
  const { format, ...body } = openFormatted<Body>(recordKey, record, wanted);
  if (format !== wanted.format) throw wanted.refused();
  return body as unknown as Body;
}

/**
 * The same for a kind that has several formats, or more to look at than that: the format is a member beside the others.
 *
 * @throws `wanted.refused()`: another kind, not the MAC of this key, not a JSON object
 */
export function openFormatted<Body extends object>(
  recordKey: KeyObject,
  record: StoredRecord,
  { kind, refused }: WantedBody,
): Body & { readonly format: number } {
  if (record.kind !== kind || !isAuthentic(record, recordKey)) throw refused();
  return parseFormatted(record, refused);
}

/** Reads a body whose MAC cannot be checked yet, because the key to check it is inside. @throws `refused()`: not a JSON object */
export function parseFormatted<Body extends object>(
  { body }: StoredRecord,
  refused: () => Error,
): Body & { readonly format: number } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw refused();
  }
  if (typeof parsed !== 'object' || parsed === null) throw refused();
  return parsed as Body & { readonly format: number };
}

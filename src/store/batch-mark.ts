import { createHmac, type KeyObject } from 'node:crypto';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { constantTimeEqual } from '../bytes/equal.ts';

/** A row of the queue: docs/spec/audit-log.md, "From an answer to the log". */
export interface BatchRow {
  readonly seq: number;
  /** Which process wrote it; behind a space its mark, where there is a key. */
  readonly node: string;
  readonly body: Uint8Array;
}

/** `node` with the mark that only a process of this installation can make, for this row and no other. */
export function marked(key: KeyObject, { seq, node, body }: BatchRow): string {
  return `${node} ${markOf(key, { seq, node, body }).toString('hex')}`;
}

/** Whether a row bears the mark that {@link marked} puts there. */
export function isMarked(key: KeyObject, { seq, node: text, body }: BatchRow): boolean {
  const [node = '', mark = ''] = text.split(' ');
  return constantTimeEqual(Buffer.from(mark, 'hex'), markOf(key, { seq, node, body }));
}

function markOf(key: KeyObject, { seq, node, body }: BatchRow): Buffer {
  return createHmac('sha256', key)
    .update(lengthPrefixed('keystead/audit-batch/v1', String(seq), node))
    .update(body)
    .digest();
}

import { VaultError } from '../errors.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import type { WriterKey } from './writer-key.ts';

const KINDS = ['trash', 'keep', 'delete', 'clock'] as const;
const REASONS = ['expired', 'removed', 'taken-back', 'unreferenced', 'none'] as const;
const NAME = /^marks\/([0-9]{13}-[0-9a-f]{32})\.json$/;
/** What each kind of mark may name. */
const NAMED: { readonly [Kind in MarkKind]: RegExp } = {
  trash: /^[0-9a-f]{32}-[0-9]{10}$/,
  keep: /^[0-9a-f]{32}-[0-9]{10}$/,
  delete: /^(?:packs\/[0-9a-f]{2}|index)\/[0-9a-f]{64}$|^keys\/[0-9a-f]{32}$/,
  clock: /^$/,
};
/** How many names one mark has at the most. */
export const MAX_MARK_NAMES = 8192;

export type MarkKind = (typeof KINDS)[number];

/** What is to be deleted, and not before when; or that something is not: docs/spec/backup-format.md section 13. */
export interface Mark {
  readonly id: string;
  readonly kind: MarkKind;
  readonly createdMs: number;
  readonly notBeforeMs: number;
  readonly reason: (typeof REASONS)[number];
  /** Snapshot ids, or names of objects (of an envelope without its revision). */
  readonly names: readonly string[];
  /** When the store says that it came. */
  readonly storedMs?: number;
}

export function markName(id: string): string {
  return `marks/${id}.json`;
}

/** The id in an object's name; `undefined` where it is no name of a mark. */
export function parseMarkName(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** `entropy` has 16 bytes. Ids sort by the time at which they were made. */
export function markId(createdMs: number, entropy: Buffer): string {
  return `${String(createdMs).padStart(13, '0')}-${entropy.toString('hex')}`;
}

export function sealMark(mark: Mark, vault: string, creator: WriterKey): Buffer {
  return sealByCreator('mark', vault, { ...mark, storedMs: undefined }, creator);
}

/** Reads and verifies the mark found under `name`. */
export function openMark(name: string, bytes: Buffer, identity: CreatorIdentity): Mark {
  const what = `The mark ${name}`;
  const names = ['createdMs', 'id', 'kind', 'names', 'notBeforeMs', 'reason'];
  const body = openByCreator('mark', what, bytes, names, identity);
  const kind = body.oneOf('kind', KINDS);
  const mark: Mark = {
    id: body.text('id'),
    kind,
    createdMs: body.count('createdMs'),
    notBeforeMs: body.count('notBeforeMs'),
    reason: body.oneOf('reason', REASONS),
    names: body.texts('names', NAMED[kind]),
  };
  if (mark.names.length > MAX_MARK_NAMES) throw new VaultError('malformed', `${what} has too many names`);
  if (markName(mark.id) !== name || Number(mark.id.slice(0, 13)) !== mark.createdMs) {
    throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  }
  return mark;
}

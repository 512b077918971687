import { VaultError } from '../errors.ts';
import { SNAPSHOT_ID, snapshotId } from './manifest.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import type { WriterKey } from './writer-key.ts';

const REASONS = ['expired', 'removed', 'replaced', 'forgotten', 'lost'] as const;
const NAMES = [
  'createdMs',
  'destroyed',
  'domain',
  'head',
  'previous',
  'readable',
  'reason',
  'replacedBy',
  'sequence',
  'takenMs',
  'writer',
];
const NAME = /^tombstones\/([0-9a-f]{32})\/([0-9]{10})\.json$/;
const KEY_ID = /^[0-9a-f]{32}$/;

/** Why a snapshot is gone: by rule, by hand, rewritten, forgotten, or lost and accepted as lost. */
export type TombstoneReason = (typeof REASONS)[number];

/** What stands in a chain for a snapshot that is gone on purpose: docs/spec/backup-format.md section 13. */
export interface Tombstone {
  readonly writer: string;
  readonly sequence: number;
  readonly createdMs: number;
  readonly reason: TombstoneReason;
  /** SHA-256 of the manifest's head, and of the head before it; hexadecimal. */
  readonly head: string;
  readonly previous: string | null;
  /** Null where nobody knew any more. */
  readonly domain: string | null;
  readonly takenMs: number | null;
  /** The snapshot that has the same contents; with the reason `replaced`, and only then. */
  readonly replacedBy: string | null;
  /** Data keys whose envelopes are destroyed with it; of a forgotten snapshot. */
  readonly destroyed: readonly string[];
  /** Data keys of a forgotten snapshot that others still need: what lies under them stays readable until it is rewritten. */
  readonly readable: readonly string[];
}

export function tombstoneName({ writer, sequence }: Pick<Tombstone, 'writer' | 'sequence'>): string {
  return `tombstones/${writer}/${String(sequence).padStart(10, '0')}.json`;
}

/** Writer and sequence of an object's name; `undefined` where it is no name of a tombstone. */
export function parseTombstoneName(name: string): Pick<Tombstone, 'writer' | 'sequence'> | undefined {
  const match = NAME.exec(name);
  return match ? { writer: match[1] as string, sequence: Number(match[2]) } : undefined;
}

export function sealTombstone(tombstone: Tombstone, vault: string, creator: WriterKey): Buffer {
  return sealByCreator('tombstone', vault, { ...tombstone }, creator);
}

/** Reads and verifies the tombstone found under `name`. */
export function openTombstone(name: string, bytes: Buffer, identity: CreatorIdentity): Tombstone {
  const what = `The tombstone ${name}`;
  const body = openByCreator('tombstone', what, bytes, NAMES, identity);
  const tombstone: Tombstone = {
    writer: body.hex('writer', 16),
    sequence: body.count('sequence'),
    createdMs: body.count('createdMs'),
    reason: body.oneOf('reason', REASONS),
    head: body.hex('head', 32),
    previous: body.hexOrNull('previous', 32),
    domain: body.hexOrNull('domain', 16),
    takenMs: body.countOrNull('takenMs'),
    replacedBy: body.textOrNull('replacedBy'),
    destroyed: body.texts('destroyed', KEY_ID),
    readable: body.texts('readable', KEY_ID),
  };
  const { replacedBy, reason } = tombstone;
  if ((replacedBy !== null) !== (reason === 'replaced') || (replacedBy !== null && !SNAPSHOT_ID.test(replacedBy))) {
    throw new VaultError('malformed', `${what} has a wrong replacedBy`);
  }
  if (tombstoneName(tombstone) !== name)
    throw new VaultError('wrong-name', `${what} is that of ${snapshotId(tombstone)}`);
  return tombstone;
}

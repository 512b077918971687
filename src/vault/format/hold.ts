import { hash } from 'node:crypto';
import { VaultError } from '../errors.ts';
import { SNAPSHOT_ID } from './manifest.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import type { WriterKey } from './writer-key.ts';

const NAME = /^holds\/([0-9a-f]{32})\/([0-9]{8})\.json$/;
const NAMES = ['createdMs', 'domain', 'hold', 'previous', 'revision', 'snapshots', 'state'];

/** A legal hold as it lies in the store: what must not go away. Why, and by whom, is not in the store. */
export interface Hold {
  /** 32 hexadecimal digits. */
  readonly hold: string;
  /** From 1, one more with each change. */
  readonly revision: number;
  readonly createdMs: number;
  readonly state: 'held' | 'released';
  /** Ids of the snapshots it covers; none: all of {@link domain}. */
  readonly snapshots: readonly string[];
  /** The domain it covers where it names no snapshot; null: the whole vault. */
  readonly domain: string | null;
  /** SHA-256 of the object of the revision before, hexadecimal; null for revision 1. */
  readonly previous: string | null;
}

export function holdName({ hold, revision }: Pick<Hold, 'hold' | 'revision'>): string {
  return `holds/${hold}/${String(revision).padStart(8, '0')}.json`;
}

/** Id and revision of an object's name; `undefined` where it is no name of a hold. */
export function parseHoldName(name: string): Pick<Hold, 'hold' | 'revision'> | undefined {
  const match = NAME.exec(name);
  return match ? { hold: match[1] as string, revision: Number(match[2]) } : undefined;
}

export function sealHold(hold: Hold, vault: string, creator: WriterKey): Buffer {
  return sealByCreator('hold', vault, { ...hold }, creator);
}

/** SHA-256 of a hold's object, for the next revision's `previous`. */
export function holdDigest(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex');
}

/** Reads and verifies the hold found under `name`. */
export function openHold(name: string, bytes: Buffer, identity: CreatorIdentity): Hold {
  const what = `The hold ${name}`;
  const body = openByCreator('hold', what, bytes, NAMES, identity);
  const hold: Hold = {
    hold: body.hex('hold', 16),
    revision: body.count('revision'),
    createdMs: body.count('createdMs'),
    state: body.oneOf('state', ['held', 'released'] as const),
    snapshots: body.texts('snapshots', SNAPSHOT_ID),
    domain: body.hexOrNull('domain', 16),
    previous: body.hexOrNull('previous', 32),
  };
  if (holdName(hold) !== name) throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  return hold;
}

/** Whether a hold covers a snapshot; `ids` are those it has and had before it was rewritten. */
export function covers(hold: Pick<Hold, 'snapshots' | 'domain'>, ids: readonly string[], domain: string): boolean {
  if (hold.snapshots.length > 0) return ids.some((id) => hold.snapshots.includes(id));
  return hold.domain === null || hold.domain === domain;
}

import { lastRotationMs, type Key } from '../../../keys/key.ts';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { isExpressible } from '../expressible.ts';
import { ringOf } from '../names.ts';
import { aliasesOf, nameOf, stateOf } from '../show-key.ts';

/** What lists know of a key: what they search, sort and filter by. Times are in milliseconds since 1970. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly ring: string;
  readonly extractable: boolean;
  readonly imported: boolean;
  readonly creationDate: number;
  readonly lastUpdateDate: number | undefined;
  readonly lastRotateDate: number | undefined;
  readonly deletionDate: number | undefined;
  readonly expirationDate: number | undefined;
  /** The number of its state as long as its own time lasts. */
  readonly stateBefore: number;
  /** That from the end of its time on. */
  readonly stateAfter: number;
  readonly expiresAtMs: number;
  /** From then on it is no more. */
  readonly goneAtMs: number;
}

/** The dates by which keys are sorted and filtered. */
export type DateProperty = 'creationDate' | 'lastUpdateDate' | 'lastRotateDate' | 'deletionDate' | 'expirationDate';

const NONE: readonly string[] = [];

/** What lists know of a key; `undefined` for keys that this wire cannot tell of. */
export function listedKeyOf(key: Key): ListedKey | undefined {
  if (key.state === 'destroyed' || !isExpressible(key)) return undefined;
  const aliases = aliasesOf(key);
  const { removal, deletion, expiresAtMs } = key;
  return {
    id: key.id,
    name: nameOf(key),
    aliases: aliases.length === 0 ? NONE : aliases,
    ring: ringOf(key),
    extractable: key.extractable,
    imported: key.origin === 'imported',
    creationDate: key.createdAtMs,
    lastUpdateDate: key.updatedAtMs,
    lastRotateDate: lastRotationMs(key),
    deletionDate: removal?.atMs ?? deletion?.scheduledAtMs,
    expirationDate: expiresAtMs,
    stateBefore: stateOf(key, Number.NEGATIVE_INFINITY),
    stateAfter: stateOf(key, Number.POSITIVE_INFINITY),
    expiresAtMs: expiresAtMs ?? Infinity,
    goneAtMs: removal === undefined ? (deletion?.dueAtMs ?? Infinity) : removal.atMs + WAITING_MS.automaticPurge,
  };
}

/** The number of the state of a key at a time; `undefined` once it is gone. */
export function stateAt(
  { stateBefore, stateAfter, expiresAtMs, goneAtMs }: ListedKey,
  nowMs: number,
): number | undefined {
  if (nowMs >= goneAtMs) return undefined;
  return nowMs < expiresAtMs ? stateBefore : stateAfter;
}

/** A time as it is shown, in whole seconds. */
export function shownSecond(ms: number): number {
  return Math.floor(ms / 1_000);
}

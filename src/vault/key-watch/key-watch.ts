import { isSameMasterKey } from '../master-keys/master-key.ts';
import type { MasterKeyFailure } from '../master-keys/master-key-error.ts';
import type { WatchedOutlook } from './watched-outlook.ts';

const MINUTE_MS = 60_000;

/** How a master key was found: usable, perhaps not (it was out of reach a moment ago), or in words of its own. */
export type WatchedState = 'good' | 'doubtful' | MasterKeyFailure;

export interface WatchedKey {
  readonly provider: string;
  readonly keyId: string;
  readonly state: WatchedState;
  /** Since when it is in this state, as far as anybody has looked. */
  readonly sinceMs: number;
  /** How often in a row it was out of reach. */
  readonly misses: number;
  readonly deletionAtMs?: number;
  /** Of a key that is to be deleted: what goes with it, once somebody could look. */
  readonly outlook?: WatchedOutlook;
  /** It opens places that were left, and no backup of today needs it. */
  readonly isFormer?: true;
}

/** What is known of the master keys of an environment. */
export interface KeyWatch {
  readonly tenantId: string;
  readonly environmentId: string;
  readonly revision: number;
  readonly keys: readonly WatchedKey[];
  readonly checkedAtMs: number;
  /** No schedule starts a run while a key says no that backups need now. */
  readonly held?: Hold;
}

export interface Hold {
  readonly sinceMs: number;
  readonly code: MasterKeyFailure;
  readonly keyId: string;
}

/** What came of using a key once. */
export interface Probe {
  readonly provider: string;
  readonly keyId: string;
  /** Absent: it could be used. */
  readonly failure?: MasterKeyFailure;
  readonly deletionAtMs?: number;
  /** What goes with the key, where somebody has looked just now. */
  readonly outlook?: WatchedOutlook;
  readonly isFormer?: true;
}

/** A change that people are told of, once. */
export interface KeyChange {
  readonly kind: 'key-unavailable' | 'key-pending-deletion' | 'key-back';
  readonly keyId: string;
  readonly code?: MasterKeyFailure;
  readonly deletionAtMs?: number;
  readonly outlook?: WatchedOutlook;
}

/** What may pass by itself within minutes. */
const PASSING: ReadonlySet<MasterKeyFailure> = new Set(['throttled', 'unreachable']);
/** How often in a row a key must be out of reach before that counts. */
const MISSES_THAT_COUNT = 4;
/** How long after the n-th miss it is looked at again. */
const AFTER_MISS_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS] as const;
const HELD_MS = { first: MINUTE_MS, firstFor: 60 * MINUTE_MS, later: 5 * MINUTE_MS } as const;
/** At least daily: half of it, so that a server that is down for some hours does not miss a day. */
const GOOD_MS = 12 * 60 * MINUTE_MS;

/** Brings what is known of keys to what a probe of each has found, and says what of that is news. */
export function observed(
  before: KeyWatch | undefined,
  fields: Pick<KeyWatch, 'tenantId' | 'environmentId'>,
  probes: readonly Probe[],
  nowMs: number,
): { readonly after: KeyWatch; readonly changes: readonly KeyChange[] } {
  const changes: KeyChange[] = [];
  const keys = probes.map((probe) => {
    const known = before?.keys.find((key) => isSameMasterKey(key, probe));
    const key = keyAfter(known, probe, nowMs);
    const change = changeOf(known, key);
    if (change) changes.push(change);
    return key;
  });
  const bad = keys.find(({ state, isFormer }) => isBad(state) && isFormer !== true);
  const held: Hold | undefined = bad && {
    sinceMs: before?.held?.sinceMs ?? nowMs,
    code: bad.state as MasterKeyFailure,
    keyId: bad.keyId,
  };
  const after = { ...fields, revision: before?.revision ?? 0, keys, checkedAtMs: nowMs, ...(held && { held }) };
  return { after, changes };
}

/** When the keys are to be looked at again. */
export function nextCheckMs({ keys, checkedAtMs, held }: KeyWatch): number {
  if (held) {
    const isFresh = checkedAtMs - held.sinceMs < HELD_MS.firstFor;
    return checkedAtMs + (isFresh ? HELD_MS.first : HELD_MS.later);
  }
  return checkedAtMs + Math.min(GOOD_MS, ...keys.map((key) => pauseAfter(key, checkedAtMs)));
}

/**
 * How long a key is left alone. One that opens nothing but places that were left, and has been out of reach for a while,
 * is left alone for as long as that has lasted: no run waits for it, and it may never come back.
 */
function pauseAfter({ misses, isFormer, sinceMs }: WatchedKey, checkedAtMs: number): number {
  if (misses === 0) return GOOD_MS;
  const pause = AFTER_MISS_MS[Math.min(misses, AFTER_MISS_MS.length) - 1] as number;
  return isFormer === true && misses >= MISSES_THAT_COUNT ? Math.max(pause, checkedAtMs - sinceMs) : pause;
}

/** Whether a check has found nothing that is not known. Such a one need not be written down until a day is over. */
export function isNews(before: KeyWatch | undefined, after: KeyWatch): boolean {
  if (before === undefined || after.checkedAtMs - before.checkedAtMs >= GOOD_MS) return true;
  const facts = ({ keys, held }: KeyWatch) =>
    JSON.stringify([
      keys.map(({ keyId, provider, state, misses, deletionAtMs, outlook, isFormer = false }) => [
        provider,
        keyId,
        state,
        misses,
        deletionAtMs,
        outlook?.atMs,
        isFormer,
      ]),
      held?.code,
    ]);
  return facts(before) !== facts(after);
}

/** Whether any key that backups need may not be usable just now: what is due waits for the next look. */
export function isDoubtful({ keys }: KeyWatch): boolean {
  return keys.some(({ state, isFormer }) => state === 'doubtful' && isFormer !== true);
}

function keyAfter(known: WatchedKey | undefined, probe: Probe, nowMs: number): WatchedKey {
  const { provider, keyId, failure, deletionAtMs } = probe;
  const date = deletionAtMs === undefined ? {} : { deletionAtMs };
  const former = probe.isFormer === true ? ({ isFormer: true } as const) : {};
  const passes = failure !== undefined && PASSING.has(failure);
  const misses = passes ? Math.min((known?.misses ?? 0) + 1, MISSES_THAT_COUNT) : 0;
  // What was known of a key that cannot be asked now stays what is known of it.
  if (passes && known !== undefined && isBad(known.state) && !PASSING.has(known.state as MasterKeyFailure)) {
    const { isFormer: _, ...rest } = known;
    return { ...rest, misses, ...former };
  }
  const state: WatchedState = passes && misses < MISSES_THAT_COUNT ? stillOrDoubtful(known) : (failure ?? 'good');
  const sinceMs = known?.state === state ? known.sinceMs : nowMs;
  const outlook = state === 'pending-deletion' ? (probe.outlook ?? known?.outlook) : undefined;
  return { provider, keyId, state, sinceMs, misses, ...date, ...(outlook && { outlook }), ...former };
}

function stillOrDoubtful(known: WatchedKey | undefined): WatchedState {
  return known !== undefined && isBad(known.state) ? known.state : 'doubtful';
}

function changeOf(
  known: WatchedKey | undefined,
  { keyId, state, deletionAtMs, outlook }: WatchedKey,
): KeyChange | undefined {
  // Doubts are nobody's news, and what comes of them is measured by what was before.
  const wasBad = known !== undefined && isBad(known.state);
  if (state === 'doubtful' || known?.state === state) return undefined;
  if (state === 'pending-deletion') {
    const more = { ...(deletionAtMs !== undefined && { deletionAtMs }), ...(outlook && { outlook }) };
    return { kind: 'key-pending-deletion', keyId, code: state, ...more };
  }
  if (isBad(state)) return { kind: 'key-unavailable', keyId, code: state as MasterKeyFailure };
  return wasBad ? { kind: 'key-back', keyId } : undefined;
}

/** Whether a key may be asked for work: it is good, or was out of reach only a moment ago. */
export function isUsable({ state }: Pick<WatchedKey, 'state'>): boolean {
  return !isBad(state);
}

function isBad(state: WatchedState): boolean {
  return state !== 'good' && state !== 'doubtful';
}

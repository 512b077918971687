import type { Json } from '../../bytes/canonical-json.ts';
import { currentVersion, type Key } from '../../keys/key.ts';
import { WAITING_MS } from '../../keys/waiting-times.ts';
import { ringOf, timestamp } from './names.ts';
import { stateOf } from './show-key.ts';

/** A fact of an activity event of IBM; times are RFC 3339. Never a payload, a nonce, a plaintext or a token. */
export type Fact = string | number | boolean | readonly string[];

/** What a thing was before an act, and what it is to be: `authID`, `keyRingId`, `policyDualAuthDeleteEnabled`, ... */
export type Values = { readonly [name: string]: Fact | undefined };

/**
 * What is asked for, for `Act.details`: `requestData` of IBM's events, beside what the frame tells of every request.
 * The names are IBM's (docs/spec/audit-log.md, "Facts of IBM's acts").
 */
export interface AskedFacts {
  /** `root` wraps, `standard` is a stored secret. */
  readonly keyType?: 'root' | 'standard';
  readonly initialValue?: Values;
  readonly newValue?: Values;
  readonly [name: string]: Fact | Values | undefined;
}

/** What came of it, for `Done.result`: `responseData` of IBM's events. */
export interface ResultFacts {
  /** How many a list or a count answered. */
  readonly totalResources?: number;
  readonly keyVersionId?: string;
  readonly rewrappedKeyVersionId?: string;
  readonly expirationDate?: string;
  readonly maxAllowedRetrievals?: number;
  readonly remainingRetrievals?: number;
  readonly eventAckData?: Values;
  readonly [name: string]: Fact | Values | undefined;
}

/** Facts as details of an entry. Members that are `undefined` are not told. */
export function facts(told: AskedFacts | ResultFacts): Json {
  return told as Json;
}

export function keyTypeOf({ extractable }: Pick<Key, 'extractable'>): 'root' | 'standard' {
  return extractable ? 'standard' : 'root';
}

/** What IBM's events tell of a key that was made or read. */
export function factsOfKey(key: Key, nowMs: number): ResultFacts {
  const version = key.extractable ? undefined : currentVersion(key);
  return {
    ...factsOfExpiry(key, nowMs),
    keyId: key.id,
    keyRingId: ringOf(key),
    keyState: stateOf(key, nowMs),
    keyType: keyTypeOf(key),
    ...(version && { keyVersionCreationDate: timestamp(version.createdAtMs), keyVersionId: version.id }),
  };
}

/** When the time of a key to protect data is over; nothing where it never is. */
export function factsOfExpiry({ expiresAtMs }: Key, nowMs: number): ResultFacts {
  if (expiresAtMs === undefined) return {};
  const daysToKeyExpire = Math.max(0, Math.floor((expiresAtMs - nowMs) / DAY_MS));
  return { daysToKeyExpire, expirationDate: timestamp(expiresAtMs) };
}

/** When a key was deleted, and from when on it may be purged or is. */
export function factsOfRemoval({ removal }: Key): ResultFacts {
  if (removal === undefined) return {};
  return {
    deletionDate: timestamp(removal.atMs),
    purgeAllowedFrom: timestamp(removal.atMs + WAITING_MS.purge),
    purgeEligibleOn: timestamp(removal.atMs + WAITING_MS.automaticPurge),
  };
}

const DAY_MS = 86_400_000;

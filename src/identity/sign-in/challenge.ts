import { createHmac, hash, randomBytes } from 'node:crypto';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import type { BarrierKey } from '../../crypto/hierarchy.ts';
import type { RecordName } from '../../records/commit.ts';

/** What a ceremony is for, and of whom: a challenge of one is none of another. */
export interface ChallengeUse {
  readonly purpose: 'sign-in' | 'enrol' | 'add' | 'again';
  /** Empty, the hash of an enrolment's token, or the id of a session. */
  readonly subject: string;
}

const LIFETIME_MS = 5 * 60_000;
const RANDOM_LENGTH = 32;
const HEAD_LENGTH = RANDOM_LENGTH + 8;
const LENGTH = HEAD_LENGTH + 32;

/** Makes a challenge that the server need not keep: base64url of docs/spec/sign-in.md, "Challenges". */
export function makeChallenge({ challenges }: BarrierKey, use: ChallengeUse, nowMs: number): string {
  const head = Buffer.alloc(HEAD_LENGTH);
  randomBytes(RANDOM_LENGTH).copy(head);
  head.writeBigUInt64BE(BigInt(nowMs + LIFETIME_MS), RANDOM_LENGTH);
  return Buffer.concat([head, macOf(challenges, use, head)]).toString('base64url');
}

/** Whether a challenge is one of ours for this use, and its time is not over. A clock that stepped back lengthens none. */
export function isChallenge({ challenges }: BarrierKey, use: ChallengeUse, challenge: string, nowMs: number): boolean {
  const bytes = Buffer.from(challenge, 'base64url');
  if (bytes.length !== LENGTH || bytes.toString('base64url') !== challenge) return false;
  const head = bytes.subarray(0, HEAD_LENGTH);
  if (!constantTimeEqual(bytes.subarray(HEAD_LENGTH), macOf(challenges, use, head))) return false;
  const endsAtMs = Number(head.readBigUInt64BE(RANDOM_LENGTH));
  return nowMs < endsAtMs && endsAtMs <= nowMs + LIFETIME_MS;
}

/** Claimed by the commit that ends the ceremony: a challenge serves once, on all nodes. */
export function challengeName(challenge: string): RecordName {
  return { space: 'sign-in-challenge', name: hash('sha256', challenge, 'hex') };
}

function macOf(key: BarrierKey['challenges'], { purpose, subject }: ChallengeUse, head: Buffer): Buffer {
  return createHmac('sha256', key).update(lengthPrefixed(purpose, subject)).update(head).digest();
}

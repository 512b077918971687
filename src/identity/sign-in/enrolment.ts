import { randomBytes } from 'node:crypto';
import { bytesOf, wipe } from '../../bytes/bytes.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { putBody, readBody } from '../body.ts';
import { hashOfToken, type Secret } from '../credential.ts';
import type { Tenant } from '../tenant.ts';

export type EnrolmentKind = 'first' | 'invitation' | 'reset';

interface EnrolmentBody {
  readonly kind: EnrolmentKind;
  /** Hexadecimal SHA-256 of the token. */
  readonly tokenHash: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** The ARN of who made it. */
  readonly createdBy: string;
  /** It comes of a reset: what was there before is not believed, so nobody uses it up by the name alone. */
  readonly isByTokenAlone?: true;
}

/** A link by which a user sets up how it signs in: one for each user at most. */
export interface Enrolment extends EnrolmentBody {
  /** The id of the user. */
  readonly userId: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** What is shown once. The caller wipes the token. */
export interface IssuedEnrolment {
  readonly enrolment: Enrolment;
  readonly token: Secret;
  readonly write: Put;
}

const DAY_MS = 86_400_000;
/** An invitation waits for somebody who may be away; the others are asked for by somebody who waits. */
const LIFETIME_MS: Record<EnrolmentKind, number> = { first: DAY_MS, invitation: 7 * DAY_MS, reset: DAY_MS };

const PREFIX = 'kse_';
/** `kse_` and 43 characters of base64url: 256 bits. */
export const ENROLMENT_TOKEN = /^kse_[A-Za-z0-9_-]{43}$/;

export function enrolmentRef(tenantId: string, userId: string): RecordRef {
  return { tenantId, kind: 'enrolment', id: userId };
}

export function enrolmentName(tokenHash: string): RecordName {
  return { space: 'enrolment-token', name: tokenHash };
}

/** Makes a link in place of the one that there was. `isByTokenAlone`: no identity provider uses it up for its user. */
export function issueEnrolment(
  tenant: Tenant,
  userId: string,
  kind: EnrolmentKind,
  createdBy: string,
  before: Enrolment | undefined,
  nowMs: number,
  { isByTokenAlone = false }: { readonly isByTokenAlone?: boolean } = {},
): IssuedEnrolment {
  const bits = randomBytes(32);
  const token = bytesOf<'CredentialSecret'>(Buffer.from(PREFIX + bits.toString('base64url'), 'ascii'));
  wipe(bits);
  const tokenHash = hashOfToken(token);
  const body: EnrolmentBody = {
    kind,
    tokenHash,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + LIFETIME_MS[kind],
    createdBy,
    ...(isByTokenAlone && { isByTokenAlone }),
  };
  const { tenantId } = tenant;
  const revision = before?.revision ?? 0;
  const names = { claim: [enrolmentName(tokenHash)], ...(before && { release: [enrolmentName(before.tokenHash)] }) };
  return {
    enrolment: { ...body, userId, tenantId, revision: revision + 1 },
    token,
    write: putBody(tenant.tenantKey.records, enrolmentRef(tenantId, userId), revision, body, names),
  };
}

export function readEnrolment(tenant: Tenant, record: StoredRecord): Enrolment {
  const body = readBody<EnrolmentBody>(tenant.tenantKey.records, record);
  return { ...body, userId: record.id, tenantId: record.tenantId, revision: record.revision };
}

/** The link itself: its token stands in the fragment, which no browser sends and no log keeps. `site`: an origin. */
export function enrolmentLink(site: string, token: Uint8Array): string {
  return `${site}/console/welcome#${Buffer.from(token).toString('ascii')}`;
}

/** Ends a link: it was used, withdrawn, or its user is no more. */
export function endEnrolment({ tenantId, userId, revision }: Enrolment): Remove {
  return { remove: enrolmentRef(tenantId, userId), revision };
}

/** Whether a link's time is here: not over, and no further away than it was made for. */
export function isEnrolmentOpen({ kind, expiresAtMs }: Enrolment, nowMs: number): boolean {
  return nowMs < expiresAtMs && expiresAtMs <= nowMs + LIFETIME_MS[kind] + 60_000;
}

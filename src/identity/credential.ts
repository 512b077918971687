import { hash, randomBytes } from 'node:crypto';
import { wipe, type Bytes, bytesOf } from '../bytes/bytes.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { timedName } from '../records/names.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { sharing, type Appointments } from './appointment.ts';
import { putBody, readBody } from './body.ts';
import type { Tag } from './tags.ts';
import type { Tenant } from './tenant.ts';

/** What a credential of a program proves by: a secret that signs, a session's secret and token, or a key that is shown. */
export type CredentialType = 'access-key' | 'session' | 'api-key';

/** Of what kind the principal is that a credential proves. */
export type CredentialHolder = 'user' | 'role' | 'root' | 'service';

/** The long-lived credential at the bottom of a session: without it, and without its holder, the session is dead. */
export interface SessionSource {
  readonly tenantId: string;
  readonly credentialId: string;
  /** Where it ends by itself: nothing that stands on it goes on longer. */
  readonly expiresAtMs?: number;
}

/** What a session of AWS STS was opened with. */
export interface SessionTerms {
  readonly source: SessionSource;
  /** The ARN of who opened it. */
  readonly openedBy: string;
  /** For a session of a role: its name. */
  readonly name?: string;
  /** For a session of a role: how often the role's sessions had been revoked; absent: never. */
  readonly revocations?: number;
  /** The text of the session's own policy. */
  readonly policy?: string;
  /** Managed policies that bound the session: names of built-in ones, ids of the tenant's own. */
  readonly managedPolicies?: readonly string[];
  /** Tags of the session; those whose keys are transitive go on to the sessions that are opened from it. */
  readonly tags?: readonly Tag[];
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
}

/** How somebody proved who they are, at the beginning of a console session. */
export type SignInMethod = 'passkey' | 'password' | 'oidc' | 'enrolment';

/** What a console session was opened with, and how far it has come. */
export interface ConsoleTerms {
  readonly method: SignInMethod;
  readonly isMultiFactor: boolean;
  /** When the user last proved who it is; absent: its provider did not say when. */
  readonly authenticatedAtMs?: number;
  readonly renewedAtMs: number;
  /** No renewal moves this end. */
  readonly endsAtMs: number;
  readonly address: string;
  readonly userAgent?: string;
  /** How often the user's sessions had been ended at once; absent: never. */
  readonly revocations?: number;
  /** Who vouched for the user, and how that was proven there (RFC 8176). */
  readonly provider?: SessionProvider;
}

/** The provider by which a session was opened: it proves somebody only while that is active. */
export interface SessionProvider {
  readonly providerId: string;
  readonly amr: readonly string[];
  readonly acr?: string;
}

export interface CredentialBody {
  /** A console session is a person's, in a browser: it proves by a cookie. */
  readonly type: CredentialType | 'console-session';
  /** Absent: a user's. */
  readonly holder?: Exclude<CredentialHolder, 'user'>;
  /** The id of the user or role; the tenant's for its root. */
  readonly principalId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly state: 'active' | 'suspended';
  /**
   * Policies that bound what it is good for: names of built-in ones, ids of the tenant's own. Never empty. Whatever is
   * opened by it is bound by them too.
   */
  readonly scopes?: readonly string[];
  /** What it is for, for people. */
  readonly description?: string;
  /** Of a user's: the user's counts as it was issued; absent: none. */
  readonly appointments?: Appointments;
  /** Base64 of the wrapped secret, for those that sign. */
  readonly secret?: string;
  /** Hexadecimal SHA-256 of the session token, for sessions. */
  readonly sessionTokenHash?: string;
  /** Hexadecimal SHA-256 of the API key, for API keys. */
  readonly apiKeyHash?: string;
  /** For sessions that AWS STS opened. */
  readonly session?: SessionTerms;
  /** Hexadecimal SHA-256 of the cookie, for console sessions. */
  readonly consoleTokenHash?: string;
  readonly console?: ConsoleTerms;
}

/** A credential as its record says. */
export interface Credential extends CredentialBody {
  readonly id: string;
  readonly tenantId: string;
  readonly revision: number;
}

/** A secret of a credential, in the ASCII form in which it is shown once and signs. */
export type Secret = Bytes<'CredentialSecret'>;

/** What the owner gets, once. The caller wipes the secrets after showing them. */
export interface IssuedCredential {
  readonly credential: Credential;
  readonly write: Put;
  /** The secret access key, or the API key. */
  readonly secret: Secret;
  readonly sessionToken?: Secret;
}

const SHAPES = {
  'access-key': { prefix: 'KSIA', secretLength: 30 },
  session: { prefix: 'KSSA', secretLength: 30 },
} as const;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const API_KEY_PREFIX = 'ks_';

export function credentialRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'credential', id };
}

/** Names a signing credential by its access key id, over all tenants. */
export function accessKeyName(accessKeyId: string): RecordName {
  return { space: 'access-key', name: accessKeyId };
}

/** Names an API key by its hash, over all tenants: the key has 256 random bits, so its hash tells nothing. */
export function apiKeyName(apiKeyHash: string): RecordName {
  return { space: 'api-key', name: apiKeyHash };
}

export function hashOfToken(token: Uint8Array): string {
  return hash('sha256', token, 'hex');
}

/** Space of sessions in the order in which they are forgotten, over all tenants. */
export const SESSION_END_SPACE = 'session-end';
/** How long an expired session is remembered: its holder is told that it expired, not that nobody knows it. */
const REMEMBERED_MS = 3_600_000;

/** What is said of a credential when it is issued. */
export interface Issue extends Pick<CredentialBody, 'scopes' | 'description' | 'appointments'> {
  /** Whom it is for, besides a user. */
  readonly holder?: Exclude<CredentialHolder, 'user'>;
  readonly session?: SessionTerms;
}

/**
 * Makes an access key, which ends by itself where `ends` says so, or with `sessionEndsAtMs` a session whose token must
 * come with every request.
 */
export function issueAccessKey(
  tenant: Tenant,
  principalId: string,
  sessionEndsAtMs: number | undefined,
  nowMs: number,
  random: Random,
  { holder, session, expiresAtMs: ends, ...said }: Issue & { readonly expiresAtMs?: number | undefined } = {},
): IssuedCredential {
  const isSession = sessionEndsAtMs !== undefined;
  const expiresAtMs = sessionEndsAtMs ?? ends;
  const type = isSession ? 'session' : 'access-key';
  const { prefix, secretLength } = SHAPES[type];
  const id = prefix + [...random(16)].map((byte) => BASE32[byte & 31]).join('');
  const secret = ascii(randomBytes(secretLength), 'base64');
  const sessionToken = isSession ? ascii(randomBytes(48), 'base64') : undefined;
  const body: CredentialBody = {
    type,
    ...(holder && { holder }),
    principalId,
    createdAtMs: nowMs,
    state: 'active',
    secret: tenant.tenantKey.wrap(['credential', tenant.tenantId, id], secret, random).toString('base64'),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(sessionToken && { sessionTokenHash: hashOfToken(sessionToken) }),
    ...(session && { session }),
    ...saidOf(said),
  };
  const names = [accessKeyName(id), ...(isSession ? [endName(tenant.tenantId, id, sessionEndsAtMs)] : [])];
  return { ...put(tenant, id, body, names), secret, ...(sessionToken && { sessionToken }) };
}

/** Bounds, words and counts of a credential, as far as there are any. */
function saidOf({ scopes = [], description = '', ...counts }: Pick<Issue, 'scopes' | 'description' | 'appointments'>) {
  return { ...(scopes.length > 0 && { scopes }), ...(description !== '' && { description }), ...sharing(counts) };
}

/** When nobody needs to remember a session any more, as a name. */
export function endName(tenantId: string, id: string, expiresAtMs: number): RecordName {
  return timedName(SESSION_END_SPACE, expiresAtMs + REMEMBERED_MS, `${tenantId}/${id}`);
}

/** Whether nobody needs to remember this session any more. */
export function isForgettable({ type, expiresAtMs }: Credential, nowMs: number): boolean {
  return (
    (type === 'session' || type === 'console-session') &&
    expiresAtMs !== undefined &&
    expiresAtMs + REMEMBERED_MS <= nowMs
  );
}

/** Takes the record of a credential away for good. */
export function removeCredential({ tenantId, id, revision }: Credential): Remove {
  return { remove: credentialRef(tenantId, id), revision };
}

/** Makes an API key: 256 random bits, shown once, stored as a hash; with `expiresAtMs` one that ends by itself. */
export function issueApiKey(
  tenant: Tenant,
  principalId: string,
  nowMs: number,
  random: Random,
  { holder, expiresAtMs, ...said }: Omit<Issue, 'session'> & { readonly expiresAtMs?: number | undefined } = {},
): IssuedCredential {
  const token = ascii(randomBytes(32), 'base64url');
  const secret = bytesOf<'CredentialSecret'>(Buffer.concat([Buffer.from(API_KEY_PREFIX), token]));
  wipe(token);
  const apiKeyHash = hashOfToken(secret);
  const body: CredentialBody = {
    type: 'api-key',
    ...(holder && { holder }),
    principalId,
    createdAtMs: nowMs,
    state: 'active',
    apiKeyHash,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...saidOf(said),
  };
  return { ...put(tenant, uuid(random), body, [apiKeyName(apiKeyHash)]), secret };
}

export function readCredential(tenant: Tenant, record: StoredRecord): Credential {
  const body = readBody<CredentialBody>(tenant.tenantKey.records, record);
  return { ...body, id: record.id, tenantId: record.tenantId, revision: record.revision };
}

/** Takes a credential back: from the answer on it opens nothing. Its record stays, switched off. */
export function suspendCredential(tenant: Tenant, credential: Credential): Put {
  const { id, tenantId, revision, ...body } = credential;
  const after = { ...body, state: 'suspended' };
  return putBody(tenant.tenantKey.records, credentialRef(tenantId, id), revision, after, {}, scopeOf(credential));
}

/** Where the record of a console session lies in lists: people's sessions are none of the credentials of programs. */
export const CONSOLE_SCOPE = 'console';

function scopeOf({ type }: Pick<Credential, 'type'>): string {
  return type === 'console-session' ? CONSOLE_SCOPE : '';
}

/** Whether a credential may still prove anything. */
export function isCredentialValid(credential: Credential, nowMs: number): boolean {
  return credential.state === 'active' && (credential.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
}

/** The secret that signs. The caller wipes it. */
export function openSecret(tenant: Tenant, credential: Credential & { readonly secret: string }): Secret {
  return bytesOf(
    tenant.tenantKey.unwrap(['credential', tenant.tenantId, credential.id], Buffer.from(credential.secret, 'base64')),
  );
}

function put(
  tenant: Tenant,
  id: string,
  body: CredentialBody,
  claim: readonly RecordName[],
): { credential: Credential; write: Put } {
  const ref = credentialRef(tenant.tenantId, id);
  return {
    credential: { ...body, id, tenantId: tenant.tenantId, revision: 1 },
    write: putBody(tenant.tenantKey.records, ref, 0, body, { claim }),
  };
}

/** The ASCII form of random bytes, as a buffer that can be wiped. */
function ascii(random: Buffer, encoding: 'base64' | 'base64url'): Secret {
  const text = Buffer.from(random.toString(encoding), 'ascii');
  wipe(random);
  return bytesOf(text);
}

import { hash } from 'node:crypto';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { putBody, readBody } from '../body.ts';
import type { Tenant } from '../tenant.ts';
import type { Attempts } from './attempts.ts';
import type { StoredPassword } from './password.ts';
import type { StoredRecoveryCodes } from './recovery-codes.ts';
import type { StoredTotp } from './totp.ts';

/** By what an authenticator may be reached: WebAuthn level 3 section 5.8.4, and what browsers say besides. */
export type Transport = 'ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb';

/** A passkey of a user: WebAuthn level 3, "credential record". */
export interface Passkey {
  /** A UUID, by which people's requests name it. */
  readonly id: string;
  /** base64url. */
  readonly credentialId: string;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly Transport[];
  readonly name: string;
  readonly isBackedUp: boolean;
  readonly createdAtMs: number;
  readonly lastUsedAtMs?: number;
}

/** An identity of an identity provider that stands for the user. */
export interface IdentityLink {
  readonly providerId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly linkedAtMs: number;
}

interface SignInBody {
  readonly passkeys: readonly Passkey[];
  /** Never without `totp`. */
  readonly password?: StoredPassword;
  readonly totp?: StoredTotp;
  readonly recoveryCodes?: StoredRecoveryCodes;
  readonly attempts: Attempts;
  readonly links: readonly IdentityLink[];
}

/** How a user proves who it is. A record of its own, so that counters and wrong tries leave the user's alone. */
export interface SignIn extends SignInBody {
  /** The id of the user. */
  readonly userId: string;
  readonly tenantId: string;
  /** 0: the user has no way in yet. */
  readonly revision: number;
}

/** Most passkeys of one user. */
export const MAX_PASSKEYS = 20;

export function signInRef(tenantId: string, userId: string): RecordRef {
  return { tenantId, kind: 'sign-in', id: userId };
}

/** Names whose passkey a credential id is, over all tenants. */
export function passkeyName(credentialId: string): RecordName {
  return { space: 'passkey', name: hash('sha256', Buffer.from(credentialId, 'base64url'), 'hex') };
}

/** Names whose identity at a provider it is: one user's in its tenant. */
export function identityLinkName(
  tenantId: string,
  { providerId, issuer, subject }: Pick<IdentityLink, 'providerId' | 'issuer' | 'subject'>,
): RecordName {
  const name = hash('sha256', lengthPrefixed(tenantId, providerId, issuer, subject), 'hex');
  return { space: 'identity-link', name };
}

/** A user's ways in; of one who has none yet where there is no record. */
export function readSignIn(tenant: Tenant, userId: string, record: StoredRecord | undefined): SignIn {
  const { tenantId } = tenant;
  if (record === undefined) return { userId, tenantId, revision: 0, passkeys: [], attempts: { wrong: 0 }, links: [] };
  const body = readBody<SignInBody>(tenant.tenantKey.records, record);
  return { ...body, userId, tenantId, revision: record.revision };
}

/** The write that brings a user's ways in to a new state. */
export function putSignIn(tenant: Tenant, before: SignIn, after: SignIn): Put {
  const { userId, tenantId, revision, ...body } = after;
  const names = renamed(namesOf, before, after);
  return putBody(tenant.tenantKey.records, signInRef(tenantId, userId), revision, body, names);
}

/** Takes all ways in away. */
export function removeSignIn({ tenantId, userId, revision }: SignIn): Remove[] {
  return revision === 0 ? [] : [{ remove: signInRef(tenantId, userId), revision }];
}

function namesOf({ tenantId, passkeys, links }: SignIn): RecordName[] {
  return [
    ...passkeys.map(({ credentialId }) => passkeyName(credentialId)),
    ...links.map((link) => identityLinkName(tenantId, link)),
  ];
}

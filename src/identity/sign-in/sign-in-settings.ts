import type { Put } from '../../records/commit.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { putBody, readBody } from '../body.ts';
import type { Tenant } from '../tenant.ts';

/** How long console sessions last, in minutes. */
export interface SessionLengths {
  /** From sign-in to the end. */
  readonly sessionMinutes: number;
  /** From the last renewal to the end. */
  readonly idleMinutes: number;
}

/** What a tenant says about how its people sign in. */
export interface SignInSettings extends SessionLengths {
  /** Whether passwords are taken at all. */
  readonly passwordSignIn: boolean;
  /** 0: nobody has said anything yet. */
  readonly revision: number;
}

/** Bounds of a tenant's own lengths, in minutes. The longest is what holds where nothing is said. */
export const SESSION_BOUNDS = {
  sessionMinutes: { minimum: 15, maximum: 720 },
  idleMinutes: { minimum: 5, maximum: 30 },
} as const;

export const DEFAULT_SIGN_IN_SETTINGS: SignInSettings = {
  passwordSignIn: true,
  sessionMinutes: SESSION_BOUNDS.sessionMinutes.maximum,
  idleMinutes: SESSION_BOUNDS.idleMinutes.maximum,
  revision: 0,
};

export function signInSettingsRef(tenantId: string): RecordRef {
  return { tenantId, kind: 'sign-in-settings', id: 'settings' };
}

export function readSignInSettings(tenant: Tenant, record: StoredRecord | undefined): SignInSettings {
  if (record === undefined) return DEFAULT_SIGN_IN_SETTINGS;
  const body = readBody<Partial<SignInSettings>>(tenant.tenantKey.records, record);
  return { ...DEFAULT_SIGN_IN_SETTINGS, ...body, revision: record.revision };
}

export function putSignInSettings(tenant: Tenant, { revision, ...body }: SignInSettings): Put {
  return putBody(tenant.tenantKey.records, signInSettingsRef(tenant.tenantId), revision, body);
}

import type { ConsoleSession, SignedIn } from '@keystead/sdk';
import { idOf } from './access/made-up.ts';
import type { Methods } from './mocked.ts';

const MINUTE = 60_000;
const SITE = { isUsable: true, rpId: 'localhost' };
const startedMs = Date.now();

/** The session of whoever looks at the made-up server. */
export function sampleSession(): ConsoleSession {
  const nowMs = Date.now();
  const at = (ms: number): string => new Date(ms).toISOString();
  return {
    sessionId: '3d9f7a40-18b2-4c57-9a53-0d3c7d2b8f22',
    principalId: idOf('ada'),
    name: 'ada',
    method: 'passkey',
    createdAt: at(startedMs),
    authenticatedAt: at(startedMs),
    renewedAt: at(nowMs),
    idleEndsAt: at(nowMs + 30 * MINUTE),
    endsAt: at(startedMs + 720 * MINUTE),
    address: '192.0.2.10',
    userAgent: navigator.userAgent,
    isCurrent: true,
  };
}

function signedIn(): SignedIn {
  const { principalId, name } = sampleSession();
  return { principalId, name, accountId: '123456789012', tenantName: 'default', session: sampleSession() };
}

const challenge = (): string => 'a2V5c3RlYWQ'.repeat(4);
const SETUP = {
  setup: 'c2V0dXA',
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/Keystead:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Keystead',
};
export const SAMPLE_CODES = Array.from({ length: 10 }, (_, at) => `KEY${at}-STEA-D${at}AA-CODE`);

export const creationOptions = () => ({
  rp: { id: 'localhost', name: 'Keystead' },
  user: { id: challenge(), name: 'ada', displayName: 'ada' },
  challenge: challenge(),
  pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
  timeout: 300_000,
  attestation: 'none' as const,
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: 'required' as const,
    requireResidentKey: true,
    userVerification: 'required' as const,
  },
});

export const requestOptions = () => ({
  rpId: 'localhost',
  challenge: challenge(),
  timeout: 300_000,
  userVerification: 'required' as const,
  allowCredentials: [],
});

/** Signing in to the made-up server: whatever is tried succeeds. */
export const signInMock = {
  getSignInOptions: () =>
    Promise.resolve({
      accountId: '123456789012',
      passwordSignIn: true,
      passkeys: SITE,
      providers: [{ providerId: '1f0c5f0e-6d0b-4b7a-9a53-0d3c7d2b8f33', name: 'Example Corp' }],
    }),
  startPasskeySignIn: () => Promise.resolve({ options: requestOptions() }),
  finishPasskeySignIn: () => Promise.resolve(signedIn()),
  signInWithPassword: () => Promise.resolve(signedIn()),
  lookAtEnrolment: () =>
    Promise.resolve({
      name: 'ada',
      accountId: '123456789012',
      tenantName: 'default',
      kind: 'first' as const,
      expiresAt: new Date(startedMs + 1_440 * MINUTE).toISOString(),
      policies: ['owner', 'operator'],
      passwordSignIn: true,
      passkeys: SITE,
      has: { passkeys: 0, password: false },
    }),
  startPasskeyEnrolment: () => Promise.resolve({ options: creationOptions() }),
  finishPasskeyEnrolment: () => Promise.resolve(signedIn()),
  startPasswordEnrolment: () => Promise.resolve(SETUP),
  finishPasswordEnrolment: () => Promise.resolve({ ...signedIn(), recoveryCodes: SAMPLE_CODES }),
  renewSession: () => Promise.resolve(sampleSession()),
  signOut: () => Promise.resolve(sampleSession()),
} satisfies Partial<Methods>;

import Type from 'typebox';
import { ENROLMENT_TOKEN } from '../../../identity/sign-in/enrolment.ts';
import { ACCOUNT_ID, closed, DISPLAY_NAME, named, PRINCIPAL_NAME_TEXT, TIMESTAMP, UUID } from '../schema.ts';

const BASE64URL = Type.String({ pattern: '^[A-Za-z0-9_-]{0,8192}$', description: 'base64url' });
const TRANSPORT = Type.Enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);
const SHOWN_PASSKEY = closed({
  type: Type.Enum(['public-key']),
  id: Type.String(),
  transports: Type.Array(TRANSPORT),
});
/** What an authenticator says besides; nothing of it is believed. */
const EXTENSIONS = Type.Optional(Type.Object({}));
const ATTACHMENT = Type.Optional(Type.Enum(['platform', 'cross-platform']));

/** What `navigator.credentials.create` answered, as JSON: WebAuthn level 3, RegistrationResponseJSON. */
export const PASSKEY_CREATION = named('PasskeyCreation', {
  id: BASE64URL,
  rawId: BASE64URL,
  type: Type.Enum(['public-key']),
  response: closed({
    clientDataJSON: BASE64URL,
    attestationObject: BASE64URL,
    transports: Type.Optional(Type.Array(TRANSPORT, { maxItems: 10 })),
    authenticatorData: Type.Optional(BASE64URL),
    publicKey: Type.Optional(BASE64URL),
    publicKeyAlgorithm: Type.Optional(Type.Integer()),
  }),
  authenticatorAttachment: ATTACHMENT,
  clientExtensionResults: EXTENSIONS,
});

/** What `navigator.credentials.get` answered, as JSON: WebAuthn level 3, AuthenticationResponseJSON. */
export const PASSKEY_ASSERTION = named('PasskeyAssertion', {
  id: BASE64URL,
  rawId: BASE64URL,
  type: Type.Enum(['public-key']),
  response: closed({
    clientDataJSON: BASE64URL,
    authenticatorData: BASE64URL,
    signature: BASE64URL,
    userHandle: Type.Optional(BASE64URL),
  }),
  authenticatorAttachment: ATTACHMENT,
  clientExtensionResults: EXTENSIONS,
});

export const CREATION_OPTIONS = named('PasskeyCreationOptions', {
  rp: closed({ id: Type.String(), name: Type.String() }),
  user: closed({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
  challenge: Type.String(),
  pubKeyCredParams: Type.Array(closed({ type: Type.Enum(['public-key']), alg: Type.Integer() })),
  timeout: Type.Integer(),
  attestation: Type.Enum(['none']),
  excludeCredentials: Type.Array(SHOWN_PASSKEY),
  authenticatorSelection: closed({
    residentKey: Type.Enum(['required']),
    requireResidentKey: Type.Boolean(),
    userVerification: Type.Enum(['required']),
  }),
});

export const REQUEST_OPTIONS = named('PasskeyRequestOptions', {
  rpId: Type.String(),
  challenge: Type.String(),
  timeout: Type.Integer(),
  userVerification: Type.Enum(['required']),
  allowCredentials: Type.Array(SHOWN_PASSKEY),
});

export const TOTP_SETUP = named('AuthenticatorSetup', {
  setup: Type.String({ description: 'to be sent back with the first code' }),
  secret: Type.String({ description: 'base32, to type into an authenticator app; shown once' }),
  uri: Type.String({ description: 'otpauth://, to show as a QR code' }),
});

export const CONSOLE_SESSION = named('ConsoleSession', {
  sessionId: UUID,
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  method: Type.Enum(['passkey', 'password', 'oidc', 'enrolment']),
  createdAt: TIMESTAMP,
  authenticatedAt: Type.Optional(
    Type.String({
      ...TIMESTAMP,
      description: 'when its user last proved who it is; absent where an identity provider did not say when',
    }),
  ),
  renewedAt: TIMESTAMP,
  idleEndsAt: Type.String({ ...TIMESTAMP, description: 'when it ends unless it is renewed' }),
  endsAt: Type.String({ ...TIMESTAMP, description: 'when it ends in any case' }),
  address: Type.String(),
  userAgent: Type.Optional(Type.String({ description: 'what the browser called itself' })),
  lastUsedAt: Type.Optional({ ...TIMESTAMP, description: 'of the newest request that it proved; lists have it' }),
  lastUsedFrom: Type.Optional(Type.String({ description: 'the address from which that came' })),
  isCurrent: Type.Boolean({ description: 'whether it is the session of this request' }),
});

export const RECOVERY_CODES = Type.Array(Type.String(), {
  description: 'each signs in once in place of a code of the app; shown in this answer and never again',
});

export const SIGNED_IN = named('SignedIn', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  accountId: ACCOUNT_ID,
  tenantName: DISPLAY_NAME,
  session: CONSOLE_SESSION,
  recoveryCodes: Type.Optional(RECOVERY_CODES),
});

export const PASSKEY_SITE = named('PasskeySite', {
  isUsable: Type.Boolean({ description: 'whether passkeys work at the address by which this request came' }),
  rpId: Type.Optional(Type.String()),
  problem: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
});

export const PASSKEY_NAME = DISPLAY_NAME;
export const PASSWORD = Type.String({ minLength: 1, maxLength: 1024 });
/** Of an authenticator app, or a recovery code. */
export const CODE = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'six digits of the authenticator app, or a recovery code',
});
export const SETUP = Type.String({ maxLength: 2048 });
export const ENROLMENT_TOKEN_TEXT = Type.String({
  pattern: ENROLMENT_TOKEN.source,
  description: 'what stands behind the # of a sign-in link',
});

export const EXAMPLE_TOKEN = `kse_${'A'.repeat(43)}`;
export const EXAMPLE_CREATION = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key' as const,
  response: { clientDataJSON: 'e30', attestationObject: 'oA' },
};
export const EXAMPLE_ASSERTION = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key' as const,
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
};

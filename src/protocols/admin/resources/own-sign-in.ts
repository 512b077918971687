import Type, { type Static } from 'typebox';
import { wipe } from '../../../bytes/bytes.ts';
import { NO_ATTEMPTS } from '../../../identity/sign-in/attempts.ts';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { reauthenticated } from '../../../identity/sign-in/console-session.ts';
import {
  passwordBytes,
  requireStrong,
  storePassword,
  type StoredPassword,
} from '../../../identity/sign-in/password.ts';
import { makeRecoveryCodes } from '../../../identity/sign-in/recovery-codes.ts';
import {
  changedPasskey,
  unlinkIdentity,
  withoutPasskey,
  withoutPassword,
  withPasskey,
} from '../../../identity/sign-in/ways-in.ts';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminContext, AdminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { openWaysOf } from '../sign-in/open-ways.ts';
import { canChangeUntilMs, ownRoute, type Own, type OwnDone } from '../sign-in/own.ts';
import { creationOptions, requestOptions, verifyAssertion, verifyCreation } from '../sign-in/passkey-ceremony.ts';
import { checkPassword, decidePassword, type CheckedPassword } from '../sign-in/password-proof.ts';
import { settingsOf } from '../sign-in/person.ts';
import {
  CODE,
  CONSOLE_SESSION,
  CREATION_OPTIONS,
  EXAMPLE_ASSERTION,
  EXAMPLE_CREATION,
  PASSKEY_ASSERTION,
  PASSKEY_CREATION,
  PASSKEY_NAME,
  PASSWORD,
  RECOVERY_CODES,
  REQUEST_OPTIONS,
  SETUP,
  TOTP_SETUP,
} from '../sign-in/schemas.ts';
import { showSession } from '../sign-in/show-session.ts';
import { finishTotp, startTotp } from '../sign-in/totp-setup.ts';
import { passkeyRefused } from './enrolment.ts';
import { withUsed } from './sign-in.ts';

export const PASSKEY = named('Passkey', {
  passkeyId: UUID,
  name: PASSKEY_NAME,
  createdAt: TIMESTAMP,
  lastUsedAt: Type.Optional(TIMESTAMP),
  isBackedUp: Type.Boolean({ description: 'whether its provider keeps copies of it, for other devices' }),
  transports: Type.Array(Type.String()),
});

/** Identities at identity providers that stand for a user. */
export const IDENTITY_LINKS = Type.Array(
  closed({ providerId: UUID, issuer: Type.String(), subject: Type.String(), linkedAt: TIMESTAMP }),
);

const OWN_SIGN_IN = named('OwnSignIn', {
  passkeys: Type.Array(PASSKEY),
  passwordSetAt: Type.Optional(TIMESTAMP),
  recoveryCodesLeft: Type.Integer(),
  links: IDENTITY_LINKS,
  canChangeUntil: Type.String({ ...TIMESTAMP, description: 'until when this session may change these' }),
  recoveryCodes: Type.Optional(RECOVERY_CODES),
  endedSessions: Type.Optional(
    Type.Integer({ minimum: 0, description: 'how many other sessions of oneself this change has ended' }),
  ),
});

const PASSKEY_PARAMS = closed({ passkeyId: UUID });
const EXAMPLE_PARAMS = { passkeyId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' };
const CHANGE = 'keystead:ChangeOwnSignIn';
const AGAIN = 'keystead:Reauthenticate';

interface Shown {
  readonly own: Own;
  readonly codes?: readonly string[];
}

/** How a change of one's own sign-in goes on, and what is shown of it. */
function changed(own: Own, signIn: SignIn, codes?: readonly string[]): OwnDone<Shown> {
  return { value: { own: { ...own, signIn }, ...(codes && { codes }) }, signIn };
}

export function showPasskeys({ passkeys }: SignIn) {
  return passkeys.map(({ id, name, createdAtMs, lastUsedAtMs, isBackedUp, transports }) => ({
    passkeyId: id,
    name,
    createdAt: timestamp(createdAtMs),
    ...(lastUsedAtMs !== undefined && { lastUsedAt: timestamp(lastUsedAtMs) }),
    isBackedUp,
    transports: [...transports],
  }));
}

export function showLinks({ links }: SignIn) {
  return links.map(({ providerId, issuer, subject, linkedAtMs }) => ({
    providerId,
    issuer,
    subject,
    linkedAt: timestamp(linkedAtMs),
  }));
}

/** The same for what may have been stolen: the other sessions end. */
function changedForGood(own: Own, signIn: SignIn, codes?: readonly string[]): OwnDone<Shown> {
  return { ...changed(own, signIn, codes), endsOthers: true };
}

function showOwn(
  { own: { signIn, session }, codes }: Shown,
  _context: AdminContext,
  ended: number | undefined,
): Static<typeof OWN_SIGN_IN> {
  return {
    passkeys: showPasskeys(signIn),
    ...(signIn.password && { passwordSetAt: timestamp(signIn.password.setAtMs) }),
    recoveryCodesLeft: signIn.recoveryCodes?.left ?? 0,
    links: showLinks(signIn),
    canChangeUntil: timestamp(canChangeUntilMs(session)),
    ...(codes && { recoveryCodes: [...codes] }),
    ...(ended !== undefined && { endedSessions: ended }),
  };
}

const getOwnSignIn = ownRoute({
  id: 'getOwnSignIn',
  method: 'GET',
  path: '/me/sign-in',
  action: 'keystead:GetOwnSignIn',
  summary: 'Shows how one signs in: passkeys, password, recovery codes',
  answer: OWN_SIGN_IN,
  step: (own) => ({ value: { own } }),
  show: showOwn,
});

const addUse = ({ session }: Own) => ({ purpose: 'add', subject: session.id }) as const;
const againUse = ({ session }: Own) => ({ purpose: 'again', subject: session.id }) as const;

const startAddPasskey = ownRoute({
  id: 'startAddPasskey',
  path: '/me/passkeys/start',
  action: CHANGE,
  summary: 'Begins to add a passkey',
  answer: closed({ options: CREATION_OPTIONS }),
  isSensitive: true,
  step: (own) => ({ value: own }),
  show: (own: Own, { services, browser }) => {
    const { tenant, member, signIn } = own;
    const owner = { tenantId: tenant.tenantId, userId: member.id, name: member.name, passkeys: signIn.passkeys };
    return { options: creationOptions(services, browser, addUse(own), owner) };
  },
});

const finishAddPasskey = ownRoute({
  id: 'finishAddPasskey',
  path: '/me/passkeys/finish',
  action: CHANGE,
  summary: 'Adds the passkey that was made',
  body: closed({ credential: PASSKEY_CREATION, name: Type.Optional(PASSKEY_NAME) }),
  answer: OWN_SIGN_IN,
  example: { body: { credential: EXAMPLE_CREATION, name: 'Laptop' } },
  isSensitive: true,
  step: async (own, { body }, _nowMs, { services, browser }) => {
    const response = { ...body.credential, clientExtensionResults: {} };
    const made = await verifyCreation(services, browser, addUse(own), response, body.name);
    if (made === undefined) throw passkeyRefused();
    return { ...changed(own, withPasskey(own.signIn, made.passkey)), claim: [challengeName(made.challenge)] };
  },
  show: showOwn,
});

const renamePasskey = ownRoute({
  id: 'renamePasskey',
  path: '/me/passkeys/{passkeyId}/rename',
  action: CHANGE,
  summary: 'Gives a passkey another name',
  params: PASSKEY_PARAMS,
  body: closed({ name: PASSKEY_NAME }),
  answer: OWN_SIGN_IN,
  example: { params: EXAMPLE_PARAMS, body: { name: 'Laptop' } },
  step: (own, { params, body }) => changed(own, changedPasskey(own.signIn, params.passkeyId, { name: body.name })),
  show: showOwn,
});

const deletePasskey = ownRoute({
  id: 'deletePasskey',
  path: '/me/passkeys/{passkeyId}/delete',
  action: CHANGE,
  summary:
    'Takes a passkey away: it signs nobody in any more, and the other sessions of oneself end. The last way in stays',
  params: PASSKEY_PARAMS,
  answer: OWN_SIGN_IN,
  example: { params: EXAMPLE_PARAMS },
  isSensitive: true,
  step: async (own, { params }, _nowMs, { services }) =>
    changedForGood(own, withoutPasskey(own.signIn, params.passkeyId, await openWaysOf(services, own, own.signIn))),
  show: showOwn,
});

const unlinkOwnIdentity = ownRoute({
  id: 'unlinkOwnIdentity',
  path: '/me/identities/{providerId}/unlink',
  action: CHANGE,
  summary:
    'Takes the link to an identity provider away: it signs one in no more, and the other sessions of oneself end. The last way in stays',
  params: closed({ providerId: UUID }),
  answer: OWN_SIGN_IN,
  example: { params: { providerId: EXAMPLE_PARAMS.passkeyId } },
  isSensitive: true,
  step: async (own, { params }, _nowMs, { services }) =>
    changedForGood(own, unlinkIdentity(own.signIn, params.providerId, await openWaysOf(services, own, own.signIn))),
  show: showOwn,
});

const startSetPassword = ownRoute({
  id: 'startSetPassword',
  path: '/me/password/start',
  action: CHANGE,
  summary: 'Begins to set up an authenticator app, for a first password or in place of another app',
  answer: TOTP_SETUP,
  isSensitive: true,
  step: async (own, _input, _nowMs, { services }) => {
    await requirePasswords(services, own);
    return { value: own };
  },
  show: (own: Own, { services }) => startTotp(services, own, own.session.id),
});

const finishSetPassword = ownRoute({
  id: 'finishSetPassword',
  path: '/me/password/finish',
  action: CHANGE,
  summary:
    'Sets the password, the authenticator app, or both; a first password takes both, and makes recovery codes. A change of what was there ends the other sessions of oneself',
  body: closed({
    password: Type.Optional(PASSWORD),
    setup: Type.Optional(SETUP),
    code: Type.Optional(CODE),
  }),
  answer: OWN_SIGN_IN,
  example: { body: { password: 'correct horse battery staple' } },
  isSensitive: true,
  before: async ({ tenant, member, signIn }, { body }, { services, nowMs }) => {
    const { password, setup, code } = body;
    await requirePasswords(services, { tenant });
    const lacksApp = setup === undefined || code === undefined;
    if ((password === undefined || signIn.password === undefined) && lacksApp)
      throw new AdminRefusal(
        'setup-needed',
        'a password comes with an authenticator app, and the request has no set-up with its first code',
      );
    if (password === undefined) return undefined;
    requireStrong(password, member.name);
    services.signIn.tries.take('name', member.id);
    const bytes = passwordBytes(password);
    const { hash, cost } = services.signIn;
    try {
      return await storePassword(tenant, member.id, bytes, { hash, cost, random: services.random, nowMs });
    } finally {
      wipe(bytes);
    }
  },
  step: (own, { body: { setup, code } }, nowMs, { services }, found) => {
    const { tenant, member, signIn } = own;
    const password = (found as StoredPassword | undefined) ?? signIn.password;
    if (password === undefined) throw new IdentityError('password-not-set', 'you have no password');
    const totp =
      setup !== undefined && code !== undefined
        ? finishTotp(services, own, own.session.id, { setup, code }, nowMs)
        : signIn.totp;
    if (totp === undefined) throw new AdminRefusal('setup-needed', 'you have no authenticator app');
    const after = { ...signIn, password, totp, attempts: NO_ATTEMPTS };
    const done = signIn.password === undefined ? changed : changedForGood;
    if (signIn.recoveryCodes !== undefined) return done(own, after);
    const { codes, stored } = makeRecoveryCodes(tenant, member.id, nowMs, services.random);
    return done(own, { ...after, recoveryCodes: stored }, codes);
  },
  show: showOwn,
});

const deletePassword = ownRoute({
  id: 'deletePassword',
  path: '/me/password/delete',
  action: CHANGE,
  summary:
    'Takes the password away, with the authenticator app and the recovery codes; the other sessions of oneself end',
  answer: OWN_SIGN_IN,
  isSensitive: true,
  step: async (own, _input, _nowMs, { services }) =>
    changedForGood(own, withoutPassword(own.signIn, await openWaysOf(services, own, own.signIn))),
  show: showOwn,
});

const newRecoveryCodes = ownRoute({
  id: 'makeRecoveryCodes',
  path: '/me/recovery-codes',
  action: CHANGE,
  summary: 'Makes ten new recovery codes in place of those that are left',
  answer: closed({ recoveryCodes: RECOVERY_CODES }),
  isSensitive: true,
  step: ({ tenant, member, signIn }, _input, nowMs, { services }) => {
    if (signIn.password === undefined)
      throw new IdentityError(
        'password-not-set',
        'recovery codes stand in for the code beside a password, and you have none',
      );
    const { codes, stored } = makeRecoveryCodes(tenant, member.id, nowMs, services.random);
    return { value: codes, signIn: { ...signIn, recoveryCodes: stored } };
  },
  show: (codes: readonly string[]) => ({ recoveryCodes: [...codes] }),
});

const showOwnSession = ({ member, session }: Own) => showSession(session, member, session.id);

const reauthenticateWithPassword = ownRoute({
  id: 'reauthenticateWithPassword',
  path: '/me/reauthenticate/password',
  action: AGAIN,
  summary: 'Proves once more who one is, by password and code, on the session that is there',
  body: closed({ password: PASSWORD, code: CODE }),
  answer: CONSOLE_SESSION,
  example: { body: { password: 'correct horse battery staple', code: '123456' } },
  before: (own, { body }, { services }) => {
    services.signIn.tries.take('name', own.member.id);
    return checkPassword(services, own, own.signIn, body.password);
  },
  step: async (own, { body }, nowMs, { services }, found) => {
    const { tenant } = own;
    const { passwordSignIn } = await settingsOf(services, tenant);
    const decided = decidePassword(services, tenant, own.signIn, found as CheckedPassword, body.code, nowMs);
    if (decided.wrong !== undefined || !passwordSignIn)
      return { value: own, signIn: decided.wrong === undefined ? undefined : decided.signIn, refusal: notAgain() };
    return again(own, decided.signIn, nowMs);
  },
  show: showOwnSession,
});

const startPasskeyReauthentication = ownRoute({
  id: 'startPasskeyReauthentication',
  path: '/me/reauthenticate/passkey/start',
  action: AGAIN,
  summary: 'Begins to prove once more who one is, by a passkey of one',
  answer: closed({ options: REQUEST_OPTIONS }),
  step: (own) => ({ value: own }),
  show: (own: Own, { services, browser }) => ({
    options: requestOptions(services, browser, againUse(own), own.signIn.passkeys),
  }),
});

const finishPasskeyReauthentication = ownRoute({
  id: 'finishPasskeyReauthentication',
  path: '/me/reauthenticate/passkey/finish',
  action: AGAIN,
  summary: 'Proves once more who one is, by what the passkey answered',
  body: closed({ credential: PASSKEY_ASSERTION }),
  answer: CONSOLE_SESSION,
  example: { body: { credential: EXAMPLE_ASSERTION } },
  step: async (own, { body: { credential } }, nowMs, { services, browser }) => {
    const passkey = own.signIn.passkeys.find(({ credentialId }) => credentialId === credential.id);
    const owner = passkey && { tenantId: own.tenant.tenantId, userId: own.member.id, passkey };
    const response = { ...credential, clientExtensionResults: {} };
    const verified = owner && (await verifyAssertion(services, browser, againUse(own), response, owner));
    if (passkey === undefined || verified === undefined) throw notAgain();
    const { counter, isBackedUp, challenge } = verified;
    const used = { ...passkey, counter, isBackedUp, lastUsedAtMs: nowMs };
    return { ...again(own, withUsed(own.signIn, used), nowMs), claim: [challengeName(challenge)] };
  },
  show: showOwnSession,
});

function again(own: Own, signIn: SignIn | undefined, nowMs: number): OwnDone<Own> {
  const session = reauthenticated(own.session, true, nowMs);
  return { value: { ...own, session }, signIn, session };
}

function notAgain(): AdminRefusal {
  return new AdminRefusal(
    'reauthentication-refused',
    'that does not prove who you are; your session goes on as it was',
  );
}

async function requirePasswords(services: AdminContext['services'], { tenant }: Pick<Own, 'tenant'>): Promise<void> {
  if ((await settingsOf(services, tenant)).passwordSignIn) return;
  throw new AdminRefusal('password-not-allowed', 'your tenant lets nobody sign in by a password');
}

/** Every endpoint by which a person looks after its own ways in. */
export const OWN_SIGN_IN_ROUTES: readonly AdminRoute[] = [
  getOwnSignIn,
  startAddPasskey,
  finishAddPasskey,
  renamePasskey,
  deletePasskey,
  unlinkOwnIdentity,
  startSetPassword,
  finishSetPassword,
  deletePassword,
  newRecoveryCodes,
  reauthenticateWithPassword,
  startPasskeyReauthentication,
  finishPasskeyReauthentication,
];

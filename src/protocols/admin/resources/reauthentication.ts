import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { reauthenticated } from '../../../identity/sign-in/console-session.ts';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { AdminRefusal } from '../refusal.ts';
import { closed } from '../schema.ts';
import { ownRoute, type Own, type OwnDone } from '../sign-in/own.ts';
import { requestOptions, verifyAssertion } from '../sign-in/passkey-ceremony.ts';
import { checkPassword, decidePassword, type CheckedPassword } from '../sign-in/password-proof.ts';
import { settingsOf } from '../sign-in/person.ts';
import {
  CODE,
  CONSOLE_SESSION,
  EXAMPLE_ASSERTION,
  PASSKEY_ASSERTION,
  PASSWORD,
  REQUEST_OPTIONS,
} from '../sign-in/schemas.ts';
import { showSession } from '../sign-in/show-session.ts';
import { withUsed } from './sign-in.ts';

const AGAIN = 'keystead:Reauthenticate';

const againUse = ({ session }: Own) => ({ purpose: 'again', subject: session.id }) as const;
const showOwnSession = ({ member, session }: Own) => showSession(session, member, session.id);

export const reauthenticateWithPassword = ownRoute({
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

export const startPasskeyReauthentication = ownRoute({
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

export const finishPasskeyReauthentication = ownRoute({
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

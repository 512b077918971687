import Type from 'typebox';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { passkeyName } from '../../../identity/sign-in/sign-in-record.ts';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { DEFAULT_SIGN_IN_SETTINGS } from '../../../identity/sign-in/sign-in-settings.ts';
import { ACCOUNT_ID, closed, DISPLAY_NAME, named, UUID } from '../schema.ts';
import type { AdminServices } from '../services.ts';
import type { Browser } from '../sign-in/browser.ts';
import { openRoute } from '../sign-in/open-route.ts';
import { requestOptions, verifyAssertion } from '../sign-in/passkey-ceremony.ts';
import { checkPassword, decidePassword } from '../sign-in/password-proof.ts';
import { firstTenant, personNamed, settingsOf, signInOf, type Person } from '../sign-in/person.ts';
import { ORIGIN_REFUSED, passkeysUnusable } from '../sign-in/refusals.ts';
import {
  CODE,
  EXAMPLE_ASSERTION,
  PASSKEY_ASSERTION,
  PASSKEY_SITE,
  PASSWORD,
  REQUEST_OPTIONS,
  SIGNED_IN,
} from '../sign-in/schemas.ts';
import { signInProviders } from '../sign-in/provider-sign-in.ts';
import { refuseUnknown, requireSite, SIGN_IN_ACTION, signIn } from '../sign-in/sign-in.ts';

export const getSignInOptions = openRoute({
  id: 'getSignInOptions',
  method: 'GET',
  path: '/sign-in/options',
  action: 'keystead:GetSignInOptions',
  summary: 'Tells how people of an account may sign in here; an account that is not here has what holds by default',
  status: 200,
  query: closed({ account: Type.Optional(ACCOUNT_ID) }),
  answer: named('SignInOptions', {
    accountId: Type.Optional(ACCOUNT_ID),
    passwordSignIn: Type.Boolean(),
    passkeys: PASSKEY_SITE,
    providers: Type.Array(closed({ providerId: UUID, name: DISPLAY_NAME })),
  }),
  example: { query: {} },
  respond: async ({ services, browser }, { query: { account } }) => {
    const tenant =
      account === undefined ? await firstTenant(services) : await services.directory.tenantByAccount(account);
    const { passwordSignIn } = tenant ? await settingsOf(services, tenant) : DEFAULT_SIGN_IN_SETTINGS;
    const accountId = account ?? tenant?.accountId;
    const providers = tenant ? await signInProviders(services, tenant) : [];
    return { ...(accountId && { accountId }), passwordSignIn, passkeys: passkeysAt(browser), providers };
  },
});

/** Whether passkeys work where a browser is, and why not. */
export function passkeysAt({ site }: Browser) {
  if (site?.rpId !== undefined) return { isUsable: true, rpId: site.rpId };
  const { message: problem, action } = site === undefined ? ORIGIN_REFUSED : passkeysUnusable(site);
  return { isUsable: false, problem, action };
}

const SIGN_IN_USE = { purpose: 'sign-in', subject: '' } as const;

export const startPasskeySignIn = openRoute({
  id: 'startPasskeySignIn',
  method: 'POST',
  path: '/sign-in/passkey/start',
  action: SIGN_IN_ACTION,
  summary: 'Begins to sign in by a passkey: nobody needs to say who it is',
  status: 200,
  answer: closed({ options: REQUEST_OPTIONS }),
  example: {},
  respond: async ({ services, browser }) => ({ options: requestOptions(services, browser, SIGN_IN_USE) }),
});

export const finishPasskeySignIn = openRoute({
  id: 'finishPasskeySignIn',
  method: 'POST',
  path: '/sign-in/passkey/finish',
  action: SIGN_IN_ACTION,
  summary: 'Signs in by what a passkey answered',
  status: 200,
  body: closed({ credential: PASSKEY_ASSERTION }),
  answer: SIGNED_IN,
  example: { body: { credential: EXAMPLE_ASSERTION } },
  respond: async (context, { body: { credential } }) => {
    const { services, browser } = context;
    requireSite(context);
    const person = await ownerOf(services, credential.id);
    if (person === undefined) return refuseUnknown(context, 'unknown-passkey');
    const response = { ...credential, clientExtensionResults: {} };
    return signIn(context, person, 'passkey', async (facts, nowMs) => {
      const { tenantId } = person.tenant;
      const passkey = facts.signIn.passkeys.find(({ credentialId }) => credentialId === credential.id);
      if (passkey === undefined) return { refused: 'unknown-passkey' };
      const owner = { tenantId, userId: facts.member.id, passkey };
      const verified = await verifyAssertion(services, browser, SIGN_IN_USE, response, owner);
      if (verified === undefined) return { refused: 'passkey-refused' };
      const { counter, isBackedUp, challenge } = verified;
      const used = { ...passkey, counter, isBackedUp, lastUsedAtMs: nowMs };
      return { isMultiFactor: true, signIn: withUsed(facts.signIn, used), claim: [challengeName(challenge)] };
    });
  },
});

/** A user's ways in with one passkey as its use left it. */
export function withUsed(ways: SignIn, used: SignIn['passkeys'][number]): SignIn {
  return { ...ways, passkeys: ways.passkeys.map((one) => (one.id === used.id ? used : one)) };
}

/** Whose passkey it is. The name proves nothing: the user's record has the passkey, or the sign-in is refused. */
async function ownerOf({ records, directory }: AdminServices, credentialId: string): Promise<Person | undefined> {
  const ref = await records.resolve(passkeyName(credentialId));
  const tenant = ref?.kind === 'sign-in' ? await directory.tenant(ref.tenantId) : undefined;
  const member = tenant && ref && (await directory.member(tenant, ref.id));
  return tenant && member && { tenant, member };
}

export const signInWithPassword = openRoute({
  id: 'signInWithPassword',
  method: 'POST',
  path: '/sign-in/password',
  action: SIGN_IN_ACTION,
  summary: 'Signs in by name and password, with a code of the authenticator app or a recovery code',
  status: 200,
  body: closed({
    account: Type.Optional(ACCOUNT_ID),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    password: PASSWORD,
    code: CODE,
  }),
  answer: SIGNED_IN,
  example: { body: { name: 'alice', password: 'correct horse battery staple', code: '123456' } },
  respond: async (context, { body: { account, name, password, code } }) => {
    const { services } = context;
    requireSite(context);
    services.signIn.tries.take('name', `${account ?? ''}/${name.toLowerCase()}`);
    const person = await personNamed(services, account, name);
    const before = person && (await signInOf(services, person.tenant, person.member.id));
    // The same work for everybody, known or not, before anything is decided.
    const checked = await checkPassword(services, person, before, password);
    context.noteCommonWork();
    if (person === undefined) return refuseUnknown(context, 'unknown-user');
    return signIn(context, person, 'password', (facts, nowMs) => {
      if (!facts.settings.passwordSignIn) return { refused: 'password-not-allowed' };
      const decided = decidePassword(services, person.tenant, facts.signIn, checked, code, nowMs);
      return decided.wrong === undefined
        ? { isMultiFactor: true, signIn: decided.signIn }
        : { refused: decided.wrong, signIn: decided.signIn };
    });
  },
});

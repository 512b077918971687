import Type from 'typebox';
import { wipe } from '../../../bytes/bytes.ts';
import { parsePrincipalArn } from '../../../identity/arn.ts';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { NO_ATTEMPTS } from '../../../identity/sign-in/attempts.ts';
import { passwordBytes, requireStrong, storePassword } from '../../../identity/sign-in/password.ts';
import { makeRecoveryCodes } from '../../../identity/sign-in/recovery-codes.ts';
import { withPasskey } from '../../../identity/sign-in/ways-in.ts';
import { attachedNames } from '../attached-policies.ts';
import {
  ACCOUNT_ID,
  closed,
  DISPLAY_NAME,
  named,
  POLICY_NAMES,
  PRINCIPAL_NAME_TEXT,
  TIMESTAMP,
  timestamp,
} from '../schema.ts';
import { enrol, ENROL_ACTION, requireEnrolment, type OpenEnrolment } from '../sign-in/enrol.ts';
import { openRoute, type OpenRoute } from '../sign-in/open-route.ts';
import { creationOptions, requireCreation } from '../sign-in/passkey-ceremony.ts';
import { requirePasswords, settingsOf, signInOf } from '../sign-in/person.ts';
import {
  CODE,
  CREATION_OPTIONS,
  ENROLMENT_TOKEN_TEXT,
  EXAMPLE_CREATION,
  EXAMPLE_TOKEN,
  PASSKEY_CREATION,
  PASSKEY_NAME,
  PASSKEY_SITE,
  PASSWORD,
  SETUP,
  SIGNED_IN,
  TOTP_SETUP,
} from '../sign-in/schemas.ts';
import { requireSite } from '../sign-in/sign-in.ts';
import { finishTotp, startTotp } from '../sign-in/totp-setup.ts';
import { passkeysAt } from './sign-in.ts';

const TOKEN_BODY = closed({ token: ENROLMENT_TOKEN_TEXT });
const EXAMPLE = { body: { token: EXAMPLE_TOKEN } };

const lookAtEnrolment = openRoute({
  id: 'lookAtEnrolment',
  method: 'POST',
  path: '/enrolment/look',
  action: ENROL_ACTION,
  summary: 'Tells whose a sign-in link is, without using it up',
  status: 200,
  body: TOKEN_BODY,
  answer: named('EnrolmentView', {
    name: PRINCIPAL_NAME_TEXT,
    accountId: ACCOUNT_ID,
    tenantName: DISPLAY_NAME,
    kind: Type.Enum(['first', 'invitation', 'reset']),
    expiresAt: TIMESTAMP,
    invitedBy: Type.Optional(
      Type.String({ description: 'who made the link, as people call them; absent where it was made with the seal' }),
    ),
    policies: POLICY_NAMES,
    passwordSignIn: Type.Boolean({ description: 'whether the tenant lets people sign in by passwords' }),
    passkeys: PASSKEY_SITE,
    has: closed({ passkeys: Type.Integer(), password: Type.Boolean() }),
  }),
  example: EXAMPLE,
  respond: async (context, { body }) => {
    const { services, browser } = context;
    const { tenant, member, enrolment } = await requireEnrolment(context, body.token);
    const { passkeys, password } = await signInOf(services, tenant, member.id);
    return {
      name: member.name,
      accountId: tenant.accountId,
      tenantName: tenant.name,
      kind: enrolment.kind,
      expiresAt: timestamp(enrolment.expiresAtMs),
      ...inviter(enrolment.createdBy),
      policies: await attachedNames(services.directory, tenant, member),
      passwordSignIn: (await settingsOf(services, tenant)).passwordSignIn,
      passkeys: passkeysAt(browser),
      has: { passkeys: passkeys.length, password: password !== undefined },
    };
  },
});

const useOf = ({ enrolment }: OpenEnrolment) => ({ purpose: 'enrol', subject: enrolment.tokenHash }) as const;

const startPasskeyEnrolment = openRoute({
  id: 'startPasskeyEnrolment',
  method: 'POST',
  path: '/enrolment/passkey/start',
  action: ENROL_ACTION,
  summary: 'Begins to make a passkey by a sign-in link',
  status: 200,
  body: TOKEN_BODY,
  answer: closed({ options: CREATION_OPTIONS }),
  example: EXAMPLE,
  respond: async (context, { body }) => {
    const { services, browser } = context;
    const open = await requireEnrolment(context, body.token);
    const { passkeys } = await signInOf(services, open.tenant, open.member.id);
    const owner = { tenantId: open.tenant.tenantId, userId: open.member.id, name: open.member.name, passkeys };
    return { options: creationOptions(services, browser, useOf(open), owner) };
  },
});

const finishPasskeyEnrolment = openRoute({
  id: 'finishPasskeyEnrolment',
  method: 'POST',
  path: '/enrolment/passkey/finish',
  action: ENROL_ACTION,
  summary: 'Uses a sign-in link up: its user has the new passkey, and is signed in',
  status: 200,
  body: closed({
    token: ENROLMENT_TOKEN_TEXT,
    credential: PASSKEY_CREATION,
    name: Type.Optional(PASSKEY_NAME),
  }),
  answer: SIGNED_IN,
  example: { body: { token: EXAMPLE_TOKEN, credential: EXAMPLE_CREATION } },
  respond: async (context, { body: { token, credential, name } }) => {
    const { signedIn } = await enrol(context, token, async (open, signIn) => {
      const { services, browser } = context;
      const made = await requireCreation(services, browser, useOf(open), credential, name);
      const claim = [challengeName(made.challenge)];
      return { signIn: withPasskey({ ...signIn, attempts: NO_ATTEMPTS }, made.passkey), claim, more: undefined };
    });
    return signedIn;
  },
});

const startPasswordEnrolment = openRoute({
  id: 'startPasswordEnrolment',
  method: 'POST',
  path: '/enrolment/password/start',
  action: ENROL_ACTION,
  summary: 'Begins to set a password by a sign-in link: the secret for an authenticator app',
  status: 200,
  body: TOKEN_BODY,
  answer: TOTP_SETUP,
  example: EXAMPLE,
  respond: async (context, { body }) => {
    const open = await requireEnrolment(context, body.token);
    await requirePasswords(context.services, open);
    return startTotp(context.services, open, open.enrolment.tokenHash);
  },
});

const finishPasswordEnrolment = openRoute({
  id: 'finishPasswordEnrolment',
  method: 'POST',
  path: '/enrolment/password/finish',
  action: ENROL_ACTION,
  summary: 'Uses a sign-in link up: its user has a password with an authenticator app, and is signed in',
  status: 200,
  body: closed({ token: ENROLMENT_TOKEN_TEXT, password: PASSWORD, setup: SETUP, code: CODE }),
  answer: SIGNED_IN,
  example: {
    body: { token: EXAMPLE_TOKEN, password: 'correct horse battery staple', setup: 'AAAA', code: '123456' },
  },
  respond: async (context, { body: { token, password, setup, code } }) => {
    const { services } = context;
    requireSite(context);
    const first = await requireEnrolment(context, token);
    await requirePasswords(services, first);
    requireStrong(password, first.member.name);
    // Before the slow work: a wrong code costs nobody anything.
    finishTotp(services, first, first.enrolment.tokenHash, { setup, code }, services.clock());
    const bytes = passwordBytes(password);
    const { hash, cost } = services.signIn;
    const { random } = services;
    const { tenant, member } = first;
    const stored = await storePassword(tenant, member.id, bytes, {
      hash,
      cost,
      random,
      nowMs: services.clock(),
    }).finally(() => wipe(bytes));
    const { signedIn, more } = await enrol(context, token, async (open, signIn, nowMs) => {
      const totp = finishTotp(services, open, open.enrolment.tokenHash, { setup, code }, nowMs);
      const { codes, stored: recoveryCodes } = makeRecoveryCodes(tenant, member.id, nowMs, random);
      const after = { ...signIn, password: stored, totp, recoveryCodes, attempts: NO_ATTEMPTS };
      return { signIn: after, more: codes };
    });
    return { ...signedIn, recoveryCodes: [...more] };
  },
});

/** Every endpoint by which somebody uses a sign-in link. */
export const ENROLMENT_ROUTES: readonly OpenRoute[] = [
  lookAtEnrolment,
  startPasskeyEnrolment,
  finishPasskeyEnrolment,
  startPasswordEnrolment,
  finishPasswordEnrolment,
];

/** What people call whoever made a link; whoever holds the seal is nobody whom a name would tell them. */
function inviter(createdBy: string): { readonly invitedBy?: string } {
  const by = parsePrincipalArn(createdBy);
  if (by === undefined) return {};
  if (by.kind === 'account') return { invitedBy: `the account ${by.accountId}` };
  return { invitedBy: by.kind === 'session' ? `${by.session} (${by.name})` : by.name };
}

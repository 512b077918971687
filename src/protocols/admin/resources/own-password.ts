import Type from 'typebox';
import { wipe } from '../../../bytes/bytes.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { NO_ATTEMPTS } from '../../../identity/sign-in/attempts.ts';
import {
  passwordBytes,
  requireStrong,
  storePassword,
  type StoredPassword,
} from '../../../identity/sign-in/password.ts';
import { makeRecoveryCodes } from '../../../identity/sign-in/recovery-codes.ts';
import { withoutPassword } from '../../../identity/sign-in/ways-in.ts';
import { AdminRefusal } from '../refusal.ts';
import { closed } from '../schema.ts';
import { CHANGE_ACTION, changed, changedForGood, ownChange, ownRemoval } from '../sign-in/own-change.ts';
import { ownRoute, type Own } from '../sign-in/own.ts';
import { requirePasswords } from '../sign-in/person.ts';
import { CODE, PASSWORD, RECOVERY_CODES, SETUP, TOTP_SETUP } from '../sign-in/schemas.ts';
import { finishTotp, startTotp } from '../sign-in/totp-setup.ts';

export const startSetPassword = ownRoute({
  id: 'startSetPassword',
  path: '/me/password/start',
  action: CHANGE_ACTION,
  summary: 'Begins to set up an authenticator app, for a first password or in place of another app',
  answer: TOTP_SETUP,
  isSensitive: true,
  step: async (own, _input, _nowMs, { services }) => {
    await requirePasswords(services, own);
    return { value: own };
  },
  show: (own: Own, { services }) => startTotp(services, own, own.session.id),
});

export const finishSetPassword = ownChange({
  id: 'finishSetPassword',
  path: '/me/password/finish',
  summary:
    'Sets the password, the authenticator app, or both; a first password takes both, and makes recovery codes. A change of what was there ends the other sessions of oneself',
  body: closed({
    password: Type.Optional(PASSWORD),
    setup: Type.Optional(SETUP),
    code: Type.Optional(CODE),
  }),
  example: { body: { password: 'correct horse battery staple' } },
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
});

export const deletePassword = ownRemoval({
  id: 'deletePassword',
  path: '/me/password/delete',
  summary:
    'Takes the password away, with the authenticator app and the recovery codes; the other sessions of oneself end',
  takesAway: (signIn, _input, open) => withoutPassword(signIn, open),
});

export const newRecoveryCodes = ownRoute({
  id: 'makeRecoveryCodes',
  path: '/me/recovery-codes',
  action: CHANGE_ACTION,
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

import Type, { type Static } from 'typebox';
import { putSignInSettings, SESSION_BOUNDS, type SignInSettings } from '../../../identity/sign-in/sign-in-settings.ts';
import { requireWayIn } from '../../../identity/sign-in/ways-in.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { named } from '../schema.ts';
import { openWaysOf } from '../sign-in/open-ways.ts';
import { settingsOf, signInOf } from '../sign-in/person.ts';

const SETTINGS = named('SignInSettings', {
  passwordSignIn: Type.Boolean({ description: 'whether people may sign in by a password with a code' }),
  sessionMinutes: Type.Integer({ ...SESSION_BOUNDS.sessionMinutes, description: 'from sign-in to the end' }),
  idleMinutes: Type.Integer({ ...SESSION_BOUNDS.idleMinutes, description: 'from the last renewal to the end' }),
});

export const getSignInSettings = adminRoute({
  id: 'getSignInSettings',
  method: 'GET',
  path: '/sign-in/settings',
  action: 'keystead:GetSignInSettings',
  summary: 'Shows how people of the own tenant may sign in, and how long their sessions last',
  status: 200,
  answer: SETTINGS,
  example: {},
  prepare: ({ services, proof: { tenant } }) => ({
    targets: [{ action: 'keystead:GetSignInSettings', resource: '*' }],
    run: async () => ({ value: await settingsOf(services, tenant) }),
  }),
  show,
});

export const setSignInSettings = adminRoute({
  id: 'setSignInSettings',
  method: 'POST',
  path: '/sign-in/settings',
  action: 'keystead:SetSignInSettings',
  summary:
    'Says how people of the own tenant may sign in; sessions that are open end no later than the new lengths at their next renewal',
  status: 200,
  body: SETTINGS,
  answer: SETTINGS,
  example: { body: { passwordSignIn: false, sessionMinutes: 480, idleMinutes: 15 } },
  prepare: (context, { body }) => ({
    targets: [{ action: 'keystead:SetSignInSettings', resource: '*' }],
    details: { ...body },
    run: async () => {
      const {
        services,
        proof: { tenant },
      } = context;
      if (!body.passwordSignIn) await requireAnotherWay(context);
      const { revision } = await settingsOf(services, tenant);
      const value = { ...body, revision };
      return { value, writes: [putSignInSettings(tenant, value)] };
    },
  }),
  show,
});

/** Whoever takes passwords away from all does not lock itself out. @throws {IdentityError} `last-way-in` */
async function requireAnotherWay({ services, proof: { tenant, principal } }: AdminContext): Promise<void> {
  const member = principal.kind === 'user' ? await services.directory.member(tenant, principal.id) : undefined;
  const signIn = member && (await signInOf(services, tenant, member.id));
  if (member === undefined || signIn?.password === undefined) return;
  requireWayIn(signIn, { ...(await openWaysOf(services, { tenant, member }, signIn)), isByPassword: false });
}

function show({ passwordSignIn, sessionMinutes, idleMinutes }: SignInSettings): Static<typeof SETTINGS> {
  return { passwordSignIn, sessionMinutes, idleMinutes };
}

import Type, { type Static } from 'typebox';
import { putSignInSettings, SESSION_BOUNDS, type SignInSettings } from '../../../identity/sign-in/sign-in-settings.ts';
import { adminRoute } from '../route.ts';
import { named } from '../schema.ts';
import { settingsOf } from '../sign-in/person.ts';

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
  prepare: ({ services, proof: { tenant } }, { body }) => ({
    targets: [{ action: 'keystead:SetSignInSettings', resource: '*' }],
    details: { ...body },
    run: async () => {
      const { revision } = await settingsOf(services, tenant);
      const value = { ...body, revision };
      return { value, writes: [putSignInSettings(tenant, value)] };
    },
  }),
  show,
});

function show({ passwordSignIn, sessionMinutes, idleMinutes }: SignInSettings): Static<typeof SETTINGS> {
  return { passwordSignIn, sessionMinutes, idleMinutes };
}

import Type from 'typebox';
import { challengeName } from '../../../identity/sign-in/challenge.ts';
import { changedPasskey, withoutPasskey, withPasskey } from '../../../identity/sign-in/ways-in.ts';
import { closed, UUID } from '../schema.ts';
import { CHANGE_ACTION, changed, ownChange, ownRemoval } from '../sign-in/own-change.ts';
import { ownRoute, type Own } from '../sign-in/own.ts';
import { creationOptions, requireCreation } from '../sign-in/passkey-ceremony.ts';
import { CREATION_OPTIONS, EXAMPLE_CREATION, PASSKEY_CREATION, PASSKEY_NAME } from '../sign-in/schemas.ts';

const PASSKEY_PARAMS = closed({ passkeyId: UUID });
const EXAMPLE_PARAMS = { passkeyId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' };

const addUse = ({ session }: Own) => ({ purpose: 'add', subject: session.id }) as const;

export const startAddPasskey = ownRoute({
  id: 'startAddPasskey',
  path: '/me/passkeys/start',
  action: CHANGE_ACTION,
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

export const finishAddPasskey = ownChange({
  id: 'finishAddPasskey',
  path: '/me/passkeys/finish',
  summary: 'Adds the passkey that was made',
  body: closed({ credential: PASSKEY_CREATION, name: Type.Optional(PASSKEY_NAME) }),
  example: { body: { credential: EXAMPLE_CREATION, name: 'Laptop' } },
  step: async (own, { body }, _nowMs, { services, browser }) => {
    const made = await requireCreation(services, browser, addUse(own), body.credential, body.name);
    return { ...changed(own, withPasskey(own.signIn, made.passkey)), claim: [challengeName(made.challenge)] };
  },
});

export const renamePasskey = ownChange({
  id: 'renamePasskey',
  path: '/me/passkeys/{passkeyId}/rename',
  summary: 'Gives a passkey another name',
  isHarmless: true,
  params: PASSKEY_PARAMS,
  body: closed({ name: PASSKEY_NAME }),
  example: { params: EXAMPLE_PARAMS, body: { name: 'Laptop' } },
  step: (own, { params, body }) => changed(own, changedPasskey(own.signIn, params.passkeyId, { name: body.name })),
});

export const deletePasskey = ownRemoval({
  id: 'deletePasskey',
  path: '/me/passkeys/{passkeyId}/delete',
  summary:
    'Takes a passkey away: it signs nobody in any more, and the other sessions of oneself end. The last way in stays',
  params: PASSKEY_PARAMS,
  example: { params: EXAMPLE_PARAMS },
  takesAway: (signIn, { params }, open) => withoutPasskey(signIn, params.passkeyId, open),
});

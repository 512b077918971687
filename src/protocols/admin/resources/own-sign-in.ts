import { unlinkIdentity } from '../../../identity/sign-in/ways-in.ts';
import type { AdminRoute } from '../route.ts';
import { closed, UUID } from '../schema.ts';
import { OWN_SIGN_IN, ownRemoval, showSignIn } from '../sign-in/own-change.ts';
import { ownRoute } from '../sign-in/own.ts';
import { deletePasskey, finishAddPasskey, renamePasskey, startAddPasskey } from './own-passkeys.ts';
import { deletePassword, finishSetPassword, newRecoveryCodes, startSetPassword } from './own-password.ts';
import {
  finishPasskeyReauthentication,
  reauthenticateWithPassword,
  startPasskeyReauthentication,
} from './reauthentication.ts';

const getOwnSignIn = ownRoute({
  id: 'getOwnSignIn',
  method: 'GET',
  path: '/me/sign-in',
  action: 'keystead:GetOwnSignIn',
  summary: 'Shows how one signs in: passkeys, password, recovery codes',
  answer: OWN_SIGN_IN,
  step: (own) => ({ value: { own } }),
  show: showSignIn,
});

const unlinkOwnIdentity = ownRemoval({
  id: 'unlinkOwnIdentity',
  path: '/me/identities/{providerId}/unlink',
  summary:
    'Takes the link to an identity provider away: it signs one in no more, and the other sessions of oneself end. The last way in stays',
  params: closed({ providerId: UUID }),
  example: { params: { providerId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' } },
  takesAway: (signIn, { params }, open) => unlinkIdentity(signIn, params.providerId, open),
});

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

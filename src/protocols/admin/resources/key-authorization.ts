import { personOf } from '../../../identity/person.ts';
import { authorizeDeletion, withdrawAuthorization } from '../../../keys/dual-authorization.ts';
import { keyRoute } from '../key-route.ts';

export const authorizeKeyDeletion = keyRoute({
  id: 'authorizeKeyDeletion',
  method: 'POST',
  below: '/authorize-deletion',
  action: 'kms:AuthorizeKeyDeletion',
  summary: 'Authorises the deletion of a key that two people delete: for seven days another one may carry it out',
  change: (space, key, _body, nowMs, { proof }) => authorizeDeletion(space, key, personOf(proof.principal), nowMs),
});

export const withdrawKeyAuthorization = keyRoute({
  id: 'withdrawKeyAuthorization',
  method: 'POST',
  below: '/withdraw-authorization',
  action: 'kms:AuthorizeKeyDeletion',
  summary: 'Takes the authorisation of a deletion back, whoever gave it',
  change: (space, key, _body, nowMs) => withdrawAuthorization(space, key, nowMs),
});

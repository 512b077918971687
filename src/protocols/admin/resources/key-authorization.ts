import { iamIdOf } from '../../../identity/iam-id.ts';
import { personOf } from '../../../identity/person.ts';
import { authorizeDeletion, withdrawAuthorization } from '../../../keys/dual-authorization.ts';
import { setKeyRules } from '../../../keys/key-rules.ts';
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

export const requireTwoPeople = keyRoute({
  id: 'requireTwoPeople',
  method: 'POST',
  below: '/require-two-people',
  action: 'kms:SetDualAuthorization',
  summary: 'Has a key deleted by two people from now on, which stays so for good',
  change: (space, key, _body, nowMs, { proof, services }) =>
    setKeyRules(
      space,
      key,
      { dualAuthorization: { isEnabled: true } },
      iamIdOf(proof.principal),
      nowMs,
      services.random,
    ),
});

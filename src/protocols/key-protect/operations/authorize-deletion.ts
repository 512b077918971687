import { personOf } from '../../../identity/person.ts';
import type { Change } from '../../../keys/change.ts';
import {
  authorizationBy,
  authorizationOf,
  authorizeDeletion,
  withdrawAuthorization,
  type Person,
} from '../../../keys/dual-authorization.ts';
import type { DualAuthorization, Key } from '../../../keys/key.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { andThen } from '../../../records/ports.ts';
import { NO_CONTENT } from '../answer.ts';
import { facts, type Values } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import { timestamp } from '../names.ts';
import { requireNothing } from '../no-body.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';

/** `POST /keys/{id}/actions/setKeyForDeletion`: the first of two people; for seven days another one may delete the key. */
export const setKeyForDeletion: Operation = authorizing(
  'asked for again, by whomever, the seven days begin anew and the word of the one who asked last counts (inferred); one person is one in all credentials, sessions and assumed roles; the deletion that follows uses the authorisation up',
  (open, person, nowMs) => authorizeDeletion(open.space, open.key, person, nowMs),
  authorizationBy,
);

/** `POST /keys/{id}/actions/unsetKeyForDeletion` */
export const unsetKeyForDeletion: Operation = authorizing(
  'where nothing is set for deletion nothing changes, and the answer is the same (inferred)',
  (open, _, nowMs) => withdrawAuthorization(open.space, open.key, nowMs),
);

function authorizing(
  notes: string,
  change: (open: OpenKey, person: Person, nowMs: number) => Change<Key>,
  becomes: (person: Person, nowMs: number) => DualAuthorization['authorized'] = () => undefined,
): Operation {
  return {
    notes,
    prepare(context, { path, body }, nowMs) {
      requireOwnInstance(context);
      requireNothing(body);
      const person = personOf(context.principal);
      return andThen(findKey(context, path['id'] as string), (open) => ({
        targets: [targetOf(context, 'kms:AuthorizeKeyDeletion', open)],
        details: facts({
          initialValue: told(authorizationOf(open.key, nowMs)),
          newValue: told(becomes(person, nowMs)),
        }),
        run: (runAtMs) => ({ ...change(open, person, runAtMs), value: NO_CONTENT }),
      }));
    },
  };
}

function told(authorized: DualAuthorization['authorized']): Values {
  return authorized ? { authID: authorized.by, authExpiration: timestamp(authorized.expiresAtMs) } : {};
}

import Type from 'typebox';
import { personOf } from '../../../identity/person.ts';
import { deleteFor } from '../../../keys/deletable.ts';
import { purge, restore } from '../../../keys/removal.ts';
import { WAITING_MS } from '../../../keys/waiting-times.ts';
import { keyRoute } from '../key-route.ts';
import { closed } from '../schema.ts';

/** For policies that bound the waiting period of a deletion: so long this one can be taken back. */
const WINDOW_DAYS = String(WAITING_MS.restorable / 86_400_000);

export const deleteKey = keyRoute({
  id: 'deleteKey',
  method: 'POST',
  below: '/delete',
  action: 'kms:ScheduleKeyDeletion',
  summary: 'Deletes a key at once: it works for nothing any more, and can be restored for 30 days',
  body: closed({
    force: Type.Optional(
      Type.Boolean({ default: false, description: 'although resources are registered with it: these are let go' }),
    ),
  }),
  example: { force: false },
  asked: () => ({ 'kms:schedulekeydeletionpendingwindowindays': [WINDOW_DAYS] }),
  urgent: true,
  change: (space, key, { force = false }, nowMs, { services, proof }) =>
    deleteFor(services.records, space, key, personOf(proof.principal), force, nowMs),
});

export const restoreKey = keyRoute({
  id: 'restoreKey',
  method: 'POST',
  below: '/restore',
  action: 'kms:CancelKeyDeletion',
  // A deletion is no way around who may not switch it on.
  also: 'kms:EnableKey',
  summary: 'Takes a deleted key back, with everything that it had. It is switched on then',
  change: (space, key, _body, nowMs) => restore(space, key, nowMs),
});

export const purgeKey = keyRoute({
  id: 'purgeKey',
  method: 'POST',
  below: '/purge',
  action: 'kms:PurgeKey',
  summary: 'Ends a key for good that was deleted 4 hours ago or earlier: its material is destroyed',
  shreds: true,
  change: (space, key, _body, nowMs) => purge(space, key, nowMs),
});

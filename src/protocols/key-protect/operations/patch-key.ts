import { findKeyRing } from '../../../keys/find-key-ring.ts';
import { KeyError } from '../../../keys/errors.ts';
import { moveKey, ringHolds } from '../../../keys/key-ring.ts';
import { DEFAULT_RING } from '../../../keys/key.ts';
import { collection } from '../answer.ts';
import { badField, KeyProtectError } from '../errors.ts';
import { facts } from '../facts.ts';
import { Fields } from '../fields.ts';
import { findKey, targetOf } from '../find-key.ts';
import { instanceTarget } from '../instance-target.ts';
import { ringOf } from '../names.ts';
import type { Operation, OperationInput } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { showKey } from '../show-key.ts';

const ACTION = 'kms:MoveKey';
/** No id of a ring is longer; the ring is looked for once its length is known to fit. */
const RING_LENGTH = { min: 2, max: 100 };

/** `PATCH /keys/{id}`: puts a key into another ring. */
export const patchKey: Operation = {
  notes:
    'takes effect at once; the permission is asked for on the key, and on the instance with the target ring as `kms:KeyRing`; deleted keys may be moved too (inferred)',
  async prepare(context, { path, body }) {
    requireOwnInstance(context);
    const { records, instance } = context;
    const id = newRingOf(body);
    const open = await findKey(context, path['id'] as string);
    const ring = id === DEFAULT_RING ? undefined : await findKeyRing(records, instance, id);
    return {
      targets: [targetOf(context, ACTION, open), instanceTarget(context, ACTION, id)],
      details: facts({ initialValue: { keyRingId: ringOf(open.key) }, newValue: { keyRingId: id } }),
      run(nowMs) {
        if (ring === undefined && id !== DEFAULT_RING) throw new KeyError('key-ring-not-found', { keyRing: id });
        const { value: key, writes } = moveKey(open.space, open.key, ring, nowMs);
        return { value: collection('key', [showKey(instance, key, nowMs)]), writes, preconditions: ringHolds(ring) };
      },
    };
  },
};

function newRingOf(body: OperationInput['body']): string {
  if (body === undefined) throw new KeyProtectError('NO_BODY_ERR', 'The request needs a body: {"keyRingID": "..."}');
  const id = new Fields(body, ['keyRingID']).text('keyRingID', RING_LENGTH);
  if (id === undefined) throw badField('keyRingID', 'the id of a key ring');
  return id;
}

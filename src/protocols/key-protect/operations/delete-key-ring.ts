import { findKeyRing, keysInRing } from '../../../keys/find-key-ring.ts';
import { KeyError } from '../../../keys/errors.ts';
import { deleteKeyRing as remove, MAX_MOVED } from '../../../keys/key-ring.ts';
import { DEFAULT_RING } from '../../../keys/key.ts';
import { NO_CONTENT } from '../answer.ts';
import { badField } from '../errors.ts';
import { facts } from '../facts.ts';
import { targetOf } from '../find-key.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation } from '../operation.ts';
import { ringOfPath } from '../ring-of-path.ts';

/** `DELETE /key_rings/{ring}?force`: 204. */
export const deleteKeyRing: Operation = {
  notes: `with force, the permission to move is asked for on each deleted key that the ring holds, so that a key's own Deny counts; more than ${MAX_MOVED} of them are refused (\`KEY_RING_NOT_EMPTY_ERR\`); keys that wait for their deletion by AWS count as deleted; to delete \`default\` answers 400`,
  async prepare(context, { path, query }) {
    const { records, keys, instance } = context;
    const id = ringOfPath(path);
    const isForced = query.flag('force') ?? false;
    if (id === DEFAULT_RING) throw badField('id', `another ring than '${DEFAULT_RING}', which is always there`);
    const ring = await findKeyRing(records, instance, id);
    const held = ring === undefined ? [] : await keysInRing(records, keys, instance, ring);
    const moved = isForced && held.length <= MAX_MOVED ? held : [];
    return {
      targets: [
        instanceTarget(context, 'kms:DeleteKeyRing', id),
        ...moved.map((open) => targetOf(context, 'kms:MoveKey', open)),
      ],
      details: facts({ keyRingId: id, force: isForced }),
      run(nowMs) {
        if (ring === undefined) throw new KeyError('key-ring-not-found', { keyRing: id });
        const inIt = held.map(({ key }) => key);
        return { value: NO_CONTENT, ...remove(instance, ring, inIt, isForced, nowMs) };
      },
    };
  },
};

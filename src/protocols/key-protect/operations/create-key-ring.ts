import { iamIdOf } from '../../../identity/iam-id.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import { KeyError } from '../../../keys/errors.ts';
import { findKeyRing } from '../../../keys/find-key-ring.ts';
import { createKeyRing as create, roomForKeyRing } from '../../../keys/key-ring.ts';
import { andThen } from '../../../records/ports.ts';
import { facts } from '../facts.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation } from '../operation.ts';
import { ringOfPath } from '../ring-of-path.ts';

/** `POST /key_rings/{ring}`: 201 without a body. */
export const createKeyRing: Operation = {
  notes:
    'an id is 2 to 100 letters, digits and hyphens, as the Terraform provider documents it; it is told from others by its case, only `default` is taken in every case; a ring that is there answers 409 `KEY_RING_NOT_UNIQUE_ERR` and a 51st one 409 `KEY_RING_QUOTA_ERR` (both inferred)',
  prepare(context, { path }) {
    const { records, instance, principal, quotas } = context;
    const ring = ringOfPath(path);
    return andThen(findKeyRing(records, instance, ring), (existing) => ({
      targets: [instanceTarget(context, 'kms:CreateKeyRing', ring)],
      details: facts({ keyRingId: ring }),
      run(nowMs) {
        const { writes } = create(instance, ring, existing, iamIdOf(principal), nowMs);
        const refusal = new KeyError('key-ring-limit', { keyRing: ring, limit: quotas.keyRingsPerRegion });
        const rooms = [{ room: roomForKeyRing(instance, quotas), refusal }];
        return { value: { status: 201 }, writes, rooms, preconditions: [whileItLasts(instance)] };
      },
    }));
  },
};

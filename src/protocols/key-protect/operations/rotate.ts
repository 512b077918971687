import { wipe } from '../../../bytes/bytes.ts';
import { currentVersion } from '../../../keys/key.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import { claimMaterialUse } from '../../../keys/material-use.ts';
import { requireTokenIfEnforced } from '../../../keys/new-key-rules.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { requireRotatableRootKey, rotateRootKey } from '../../../keys/rotate-root-key.ts';
import type { Done } from '../../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { NO_CONTENT, type Answer } from '../answer.ts';
import { Fields } from '../fields.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { openPayload, PAYLOAD_MEMBERS, payloadOf, type Brought, type Payload } from '../payload.ts';

/** `POST /keys/{id}/actions/rotate`: https://cloud.ibm.com/apidocs/key-protect#rotatekey */
export const rotate: Operation = {
  notes:
    '`Prefer` does not change the answer, which is always empty; an imported key takes new material of its own length, which it must not have had before (both inferred); every rotation of the last hour counts, those that another protocol or the clock made too; a key has at most `versionsPerKey` versions (IBM tells of no bound)',
  prepare(context, { path, body }) {
    requireOwnInstance(context);
    const payload = body === undefined ? undefined : payloadOf(new Fields(body, PAYLOAD_MEMBERS), 'root');
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:RotateKeyOnDemand', open)],
      run(nowMs) {
        requireRotatableRootKey(open.key, payload !== undefined, nowMs, context.quotas);
        return payload === undefined
          ? rotated(context, open, undefined, nowMs)
          : rotateToBrought(context, open, payload, nowMs);
      },
    }));
  },
};

/** What the policies of the instance demand of material is asked before it is opened. */
function rotateToBrought(
  context: OperationContext,
  open: OpenKey,
  payload: Payload,
  nowMs: number,
): MaybePromise<Done<Answer>> {
  return andThen(context.keys.instancePolicies.find(open.space), (policies) => {
    requireTokenIfEnforced(policies, payload.kind === 'by-token');
    return andThen(openPayload(context, payload, nowMs), ({ material }: Brought) => {
      try {
        const done = rotated(context, open, material, nowMs);
        const preconditions = [policiesStand(open.space, policies)];
        return andThen(done, (one) => ({ ...one, preconditions }));
      } finally {
        wipe(material);
      }
    });
  });
}

function rotated(
  { records, random, quotas }: OperationContext,
  open: OpenKey,
  material: Brought['material'] | undefined,
  nowMs: number,
): MaybePromise<Done<Answer>> {
  const { useId, value: key, ...change } = rotateRootKey(open.space, open.key, material, nowMs, random, quotas);
  const claim = useId === undefined ? [] : claimMaterialUse(records, open.space, open.key, useId);
  const version = currentVersion(key);
  return andThen(claim, (claimed) => ({
    ...change,
    value: NO_CONTENT,
    writes: [...change.writes, ...claimed],
    ...(version && { keyVersion: version.id }),
  }));
}

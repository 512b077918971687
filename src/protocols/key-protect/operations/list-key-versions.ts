import { KeyError } from '../../../keys/errors.ts';
import type { Key, KeyVersion } from '../../../keys/key.ts';
import { andThen } from '../../../records/ports.ts';
import { collection } from '../answer.ts';
import { facts } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import { timestamp } from '../names.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { ACTIVE, DESTROYED, stateOf } from '../show-key.ts';

/** `GET /keys/{id}/versions`: every version that a root key has had, newest first. */
export const listKeyVersions: Operation = {
  notes:
    'with allKeyStates=true the versions of deleted keys are told, too; material that waits for its rotation is none',
  prepare(context, { path, query }) {
    // Of a service the role of a Reader asks no more than to use the key, and this is part of it.
    if (context.principal.service === undefined) requireOwnInstance(context);
    const { limit, offset } = query.page();
    const anyState = query.flag('allKeyStates') === true;
    const isCounted = query.flag('totalCount') === true;
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:ListKeyRotations', open)],
      run(nowMs) {
        requireVersions(open.key, anyState, nowMs);
        const versions = versionsOf(open.key);
        const page = versions.slice(offset, offset + limit);
        const shown = page.map(({ id, createdAtMs }) => ({ id, creationDate: timestamp(createdAtMs) }));
        const metadata = isCounted ? { totalCount: versions.length } : {};
        return {
          value: collection('key.version', shown, { metadata }),
          result: facts({ totalResources: page.length }),
        };
      },
    }));
  },
};

function requireVersions(key: Key, anyState: boolean, nowMs: number): void {
  const facts = { keyId: key.id };
  if (key.extractable) throw new KeyError('not-a-wrapping-key', facts);
  const state = stateOf(key, nowMs);
  if (anyState || state === ACTIVE) return;
  throw new KeyError(state === DESTROYED ? 'key-deleted' : 'key-not-active', facts);
}

function versionsOf({ versions }: Key): readonly KeyVersion[] {
  const sinceMs = ({ rotation, createdAtMs }: KeyVersion) => rotation?.atMs ?? createdAtMs;
  // Of two of the same moment the later one stands behind the other in the record.
  return versions
    .filter(({ stage }) => stage !== 'pending')
    .toReversed()
    .toSorted((a, b) => sinceMs(b) - sinceMs(a));
}

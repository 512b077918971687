import { lifecycleEventsOf } from '../../../keys/lifecycle-event-record.ts';
import { sync as syncKey } from '../../../keys/sync.ts';
import { andThen } from '../../../records/ports.ts';
import { NO_CONTENT } from '../answer.ts';
import { findKey, targetOf } from '../find-key.ts';
import { requireNothing } from '../no-body.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';

/** `POST /keys/{id}/actions/sync`: https://cloud.ibm.com/apidocs/key-protect#syncassociatedresources */
export const sync: Operation = {
  notes:
    'tells registered services, and those that have not acknowledged an earlier event, how the key is: events of the type `key.sync`',
  prepare(context, { path, body }) {
    requireOwnInstance(context);
    requireNothing(body);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:SyncKey', open)],
      async run(nowMs) {
        const { value: key, ...change } = syncKey(open.space, open.key, nowMs);
        const events = await lifecycleEventsOf(context.records, open.space.tenantKey, key);
        const unanswered = events.filter(({ acknowledgement }) => acknowledgement === undefined);
        const also = [...new Set(unanswered.map(({ service }) => service))];
        return { ...change, value: NO_CONTENT, happened: [{ kind: 'sync', key, also }] };
      },
    }));
  },
};

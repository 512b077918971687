import type { Change } from '../../../keys/change.ts';
import type { Key } from '../../../keys/key.ts';
import type { KeySpace } from '../../../keys/key-space.ts';
import { resume, suspend } from '../../../keys/suspend.ts';
import { andThen } from '../../../records/ports.ts';
import { NO_CONTENT } from '../answer.ts';
import { facts } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import { requireNothing } from '../no-body.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { stateOf } from '../show-key.ts';

interface Switch {
  readonly action: string;
  readonly urgent: boolean;
  readonly change: (space: KeySpace, key: Key, nowMs: number) => Change<Key>;
}

/** `POST /keys/{id}/actions/disable`: https://cloud.ibm.com/apidocs/key-protect#disablekey */
export const disable: Operation = switching({
  action: 'kms:DisableKey',
  urgent: true,
  change: suspend,
});

/** `POST /keys/{id}/actions/enable`: https://cloud.ibm.com/apidocs/key-protect#enablekey */
export const enable: Operation = switching({
  action: 'kms:EnableKey',
  urgent: false,
  change: resume,
});

function switching({ action, urgent, change }: Switch): Operation {
  return {
    prepare(context, { path, body }) {
      requireNothing(body);
      requireOwnInstance(context);
      return andThen(findKey(context, path['id'] as string), (open) => ({
        targets: [targetOf(context, action, open)],
        run(nowMs) {
          const done = change(open.space, open.key, nowMs);
          return { ...done, value: NO_CONTENT, urgent, result: facts({ keyState: stateOf(done.value, nowMs) }) };
        },
      }));
    },
  };
}

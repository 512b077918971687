import { currentVersion } from '../../../keys/key.ts';
import { tellSecret } from '../../../keys/tell-secret.ts';
import { andThen } from '../../../records/ports.ts';
import { collection } from '../answer.ts';
import { facts, factsOfKey } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { showKey } from '../show-key.ts';

/** `GET /keys/{id}`: a key, and of a standard key its payload. */
export const getKey: Operation = {
  notes:
    'the payload of a standard key is told while it is active or deactivated, and not while it is suspended or deleted',
  prepare: (context, { path }) =>
    andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:ReadKey', open)],
      run(nowMs) {
        const payload = tellSecret(open, nowMs);
        const version = payload && currentVersion(open.key)?.id;
        const shown = { ...showKey(context.instance, open.key, nowMs), ...(payload && { payload }) };
        return {
          value: collection('key', [shown]),
          result: facts(factsOfKey(open.key, nowMs)),
          ...(version !== undefined && { keyVersion: version }),
        };
      },
    })),
};

/** `GET /keys/{id}/metadata`: a key without its payload. */
export const getKeyMetadata: Operation = {
  prepare: (context, { path }) =>
    andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:DescribeKey', open)],
      finds: true,
      run: (nowMs) => ({
        value: collection('key', [showKey(context.instance, open.key, nowMs)]),
        result: facts(factsOfKey(open.key, nowMs)),
      }),
    })),
};

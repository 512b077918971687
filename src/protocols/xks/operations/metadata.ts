import type { OpenKey } from '../../../keys/open-key.ts';
import { conditionOf } from '../../../keys/state.ts';
import { canBeExposed } from '../../../keys/xks-use.ts';
import type { Act } from '../../../pipeline/act.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import { METADATA_ACTION } from '../find-endpoint.ts';
import type { Members } from '../members.ts';
import { keyAct, type XksAnswer, type XksContext } from '../operation.ts';
import { readRequestMetadata } from '../request-metadata.ts';

/** GetKeyMetadata: what the key is, what it is exposed for, and whether it works now. */
export function metadata(
  context: XksContext,
  members: Members,
  xksKeyId: string,
  nowMs: number,
): MaybePromise<Act<XksAnswer>> {
  const of = readRequestMetadata(members, ['awsPrincipalArn', 'kmsOperation', 'kmsRequestId']);
  members.end();
  const { operations = [] } = context.found.endpoint.keys.find((key) => key.xksKeyId === xksKeyId) ?? {};
  const use = {
    xksKeyId,
    action: METADATA_ACTION,
    metadata: of,
    run: ({ key }: OpenKey, runAtMs: number) => ({
      value: {
        keySpec: 'AES_256',
        keyUsage: operations,
        keyStatus: conditionOf(key, runAtMs) === 'enabled' && canBeExposed(key) ? 'ENABLED' : 'DISABLED',
      },
    }),
  };
  return keyAct(context, use, nowMs);
}

import type { RequestContext } from '../../access/request.ts';
import type { Target } from '../../pipeline/act.ts';
import { instanceArn } from './names.ts';
import type { OperationContext } from './operation.ts';

/** The permission to do something with an instance as a whole, or with one of its key rings. */
export function instanceTarget(context: OperationContext, action: string, keyRing?: string): Target {
  return {
    action,
    resource: instanceArn(context.instance),
    ...(keyRing !== undefined && { context: inRing(keyRing) }),
  };
}

/** What conditions may ask about what is not yet a key: the ring that it is to be in. */
function inRing(keyRing: string): RequestContext {
  return { values: (key) => (key === 'kms:keyring' ? [keyRing] : undefined) };
}

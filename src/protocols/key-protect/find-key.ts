import type { OpenKey } from '../../keys/open-key.ts';
import { conditionOf } from '../../keys/state.ts';
import type { Target } from '../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { KeyProtectError } from './errors.ts';
import { isExpressible } from './expressible.ts';
import { keyArn, ringOf } from './names.ts';
import type { OperationContext } from './operation.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Finds the key that a path names by its id or by an alias, deleted ones too, in the key ring that the request names.
 *
 * @throws {KeyProtectError} `KEY_NOT_FOUND_ERR`: unknown, purged, or in another ring
 */
export function findKey(context: OperationContext, idOrAlias: string): MaybePromise<OpenKey> {
  const { keys, instance, keyRing, nowMs } = context;
  const found = UUID.test(idOrAlias)
    ? keys.find(instance, idOrAlias.toLowerCase())
    : keys.findByAlias(instance, `alias/${idOrAlias}`);
  return andThen(found, (open) => {
    if (open === undefined || conditionOf(open.key, nowMs) === 'gone' || !isExpressible(open.key)) throw keyNotFound();
    if (keyRing !== undefined && ringOf(open.key) !== keyRing) throw keyNotFound();
    return open;
  });
}

/** The permission to do something with a key. */
export function targetOf(context: OperationContext, action: string, open: OpenKey): Target {
  const { accountId } = context.instance;
  return { action, resource: keyArn(context.instance, open.key.id), key: open, accountId };
}

export function keyNotFound(): KeyProtectError {
  return new KeyProtectError(
    'KEY_NOT_FOUND_ERR',
    'Key does not exist: Please check the key id, the alias and the ring',
  );
}

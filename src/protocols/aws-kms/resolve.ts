import type { Instance } from '../../identity/tenant.ts';
import type { OpenKey } from '../../keys/open-key.ts';
import type { Target } from '../../pipeline/act.ts';
import { requireReach } from '../../pipeline/reach.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { aliasArn, aliasNotFound, keyArn, keyNotFound, parseKeyReference, type KeyForm } from './arn.ts';
import { isFound } from './expressible.ts';
import type { OperationContext } from './operation.ts';

/** A key that a request names, found. */
export interface ResolvedKey {
  readonly open: OpenKey;
  readonly arn: string;
  readonly accountId: string;
}

/**
 * Finds the key that a request names by id, ARN, alias or alias ARN. A short name belongs to the caller's account, an
 * ARN to the account that it names.
 *
 * @throws {AwsKmsError} NotFoundException, in AWS's words for what was wrong
 */
export function resolveKey(
  context: OperationContext,
  text: string,
  forms: ReadonlySet<KeyForm>,
  nowMs: number,
): MaybePromise<ResolvedKey> {
  const { region } = context.instance;
  const reference = parseKeyReference(text, region, forms);
  const accountId = 'accountId' in reference ? reference.accountId : context.instance.accountId;
  const isAlias = 'alias' in reference;
  const name = isAlias ? aliasArn(region, accountId, reference.alias) : keyArn(region, accountId, reference.keyId);
  const missing = () => (isAlias ? aliasNotFound(name) : keyNotFound(name));
  return andThen(instanceOf(context, accountId), (instance) => {
    if (instance === undefined) throw missing();
    const found = isAlias
      ? context.keys.findByAlias(instance, reference.alias)
      : context.keys.find(instance, reference.keyId);
    return andThen(found, (open) => {
      if (open === undefined || !isFound(open.key, nowMs)) throw missing();
      return resolvedKey(context, open, accountId);
    });
  });
}

/** A key that was found by other means, with the names that this wire gives it. */
export function resolvedKey(context: OperationContext, open: OpenKey, accountId: string): ResolvedKey {
  const resolved = { open, arn: keyArn(open.key.region, accountId, open.key.id), accountId };
  context.resolved.push(resolved);
  return resolved;
}

/** The permission to do something with a key. */
export function targetOf(action: string, { open, arn, accountId }: ResolvedKey): Target {
  return { action, resource: arn, key: open, accountId };
}

/** Another account's keys in the same region; the caller's own at once. @throws {OutOfReachError} */
function instanceOf(context: OperationContext, accountId: string): MaybePromise<Instance | undefined> {
  if (accountId === context.instance.accountId) return context.instance;
  return andThen(context.directory.tenantByAccount(accountId), (tenant) =>
    tenant === undefined ? undefined : foreignInstance(context, tenant.tenantId, context.instance.region),
  );
}

/**
 * Another instance than the one that was asked: its policies say as well from where it may be reached.
 *
 * @throws {OutOfReachError}
 */
export function foreignInstance(
  context: OperationContext,
  tenantId: string,
  region: string,
): MaybePromise<Instance | undefined> {
  return andThen(
    context.directory.instance(tenantId, region),
    (instance) => instance && andThen(requireReach(context.keys, instance, context), () => instance),
  );
}

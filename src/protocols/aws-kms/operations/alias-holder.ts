import { deleteAlias } from '../../../keys/aliases.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import type { Target } from '../../../pipeline/act.ts';
import type { Write } from '../../../records/commit.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { aliasArn, aliasNotFound } from '../arn.ts';
import { isFound } from '../expressible.ts';
import type { OperationContext } from '../operation.ts';
import { resolvedKey, type ResolvedKey } from '../resolve.ts';

/** The permission on an alias itself. It rests on the caller's own policies: an alias has none. */
export function aliasTarget({ instance }: OperationContext, action: string, alias: string): Target {
  return { action, resource: aliasArn(instance.region, instance.accountId, alias) };
}

/**
 * The key of the caller's account that has an alias.
 *
 * @throws {AwsKmsError} NotFoundException
 */
export function holderOf(context: OperationContext, alias: string, nowMs: number): MaybePromise<ResolvedKey> {
  const { instance } = context;
  return andThen(context.keys.findByAlias(instance, alias), (open) => {
    if (open === undefined || !isFound(open.key, nowMs)) {
      throw aliasNotFound(aliasArn(instance.region, instance.accountId, alias));
    }
    return resolvedKey(context, open, instance.accountId);
  });
}

/** What takes an alias from a key that is gone and only waits to be destroyed. */
export function releaseFrom({ space, key }: OpenKey, alias: string, nowMs: number): readonly Write[] {
  return deleteAlias(space, key, alias, nowMs).writes;
}

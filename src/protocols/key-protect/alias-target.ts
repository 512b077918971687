import { parsePolicy } from '../../access/policy.ts';
import { DEFAULT_RING, type Alias } from '../../keys/key.ts';
import type { Target } from '../../pipeline/act.ts';
import type { OperationContext } from './operation.ts';

/** For what a permission on the key decides: only a Deny has a say besides. */
const UNLESS_DENIED = parsePolicy(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: ['kms:CreateAlias', 'kms:DeleteAlias'], Resource: '*' },
  }),
  'key',
);

function aliasArn({ instance: { region, accountId } }: OperationContext, name: Alias['name']): string {
  return `arn:aws:kms:${region}:${accountId}:${name}`;
}

/**
 * To give a key an alias, or to take it away, asks for a permission on the key alone, as IBM has it. But a policy of
 * the caller that denies it on the alias counts, as on the AWS wire: who names keys by aliases relies on them.
 */
export function aliasTarget(
  context: OperationContext,
  action: 'kms:CreateAlias' | 'kms:DeleteAlias',
  name: Alias['name'],
): Target {
  const { tenantId, accountId } = context.instance;
  return { action, resource: aliasArn(context, name), guarded: { tenantId, accountId, policy: UNLESS_DENIED } };
}

/** The permission to give an alias to a key that is yet to be made, in the ring that it is to be in. */
export function newAliasTarget(context: OperationContext, name: Alias['name']): Target {
  const { keyRing = DEFAULT_RING } = context;
  return {
    action: 'kms:CreateAlias',
    resource: aliasArn(context, name),
    context: { values: (key) => (key === 'kms:keyring' ? [keyRing] : undefined) },
  };
}

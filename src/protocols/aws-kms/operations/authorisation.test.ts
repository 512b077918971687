import { beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../access/policy.ts';
import { allowing, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { IMPLEMENTED, prepare, prepareFor, REQUESTS } from './requests.fixture.ts';

const rowOf = (operation: OperationName) => OPERATIONS[operation] as unknown as OperationRow;
const requestOf = (operation: OperationName) => REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;
/** Every permission that any operation asks for. */
const ACTIONS = [...new Set(IMPLEMENTED.flatMap((operation) => rowOf(operation).actions))];

let world: World;
let account: Account;

/** Asks with exactly these permissions, on a fresh key whose policy leaves it to the account. */
async function ask(operation: OperationName, actions: readonly string[]) {
  const key = await prepareFor(world, account, operation);
  return world.callAs(account, [allowing(...actions)], operation, requestOf(operation)(key.id, key));
}

describe.each(IMPLEMENTED)('%s', (operation) => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });
  const { actions } = rowOf(operation);

  it('is opened by its own permissions alone', async () => {
    expect(await ask(operation, actions)).toMatchObject({ status: 200 });
  });

  it.each(actions)('is refused without %s, whatever else is allowed', async (missing) => {
    const answer = await ask(
      operation,
      ACTIONS.filter((action) => action !== missing),
    );
    expect(answer).toMatchObject({ status: 400, type: 'AccessDeniedException' });
    expect(answer.text).toContain(`is not authorized to perform: ${missing} on resource: `);
    expect(answer.body).toHaveProperty('Message');
  });
});

describe('a Deny in the key policy', () => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });

  // A grant says itself who may retire it: there the policy of the key has no say.
  const notByKey: readonly OperationName[] = ['ListAliases', 'RetireGrant'];
  const onKeys = IMPLEMENTED.filter((name) => rowOf(name).keys.length > 0 && !notByKey.includes(name));

  it.each(onKeys)('keeps an administrator from %s', async (operation) => {
    const key = await prepareFor(world, account, operation);
    const statements = [
      { Effect: 'Allow', Principal: { AWS: account.accountId }, Action: 'kms:*', Resource: '*' },
      { Sid: 'Off', Effect: 'Deny', Principal: '*', Action: rowOf(operation).actions, Resource: '*' },
    ];
    await world.call(account.admin, 'PutKeyPolicy', {
      KeyId: key.id,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      BypassPolicyLockoutSafetyCheck: true,
    });
    const answer = await world.call(account.admin, operation, requestOf(operation)(key.id, key));
    expect(answer).toMatchObject({ type: 'AccessDeniedException' });
    expect(answer.text).toContain('explicit deny in a resource-based policy');
  });
});

describe('an alias', () => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });

  const on = (...resources: string[]) =>
    parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Action: 'kms:*', Resource: resources } }), 'identity');

  it.each(['CreateAlias', 'UpdateAlias', 'DeleteAlias'] as const)('and its keys: %s needs both', async (operation) => {
    const key = await prepare(world, account, 'enabled');
    const other = await prepare(world, account, 'enabled');
    const input = { AliasName: operation === 'CreateAlias' ? `${key.alias}-new` : key.alias, TargetKeyId: other.id };
    const alias = 'arn:aws:kms:*:*:alias/*';
    const keys = operation === 'CreateAlias' ? [other.arn] : [key.arn];
    const all = operation === 'UpdateAlias' ? [alias, key.arn, other.arn] : [alias, ...keys];
    for (const missing of all) {
      const policies = [on(...all.filter((one) => one !== missing))];
      expect(await world.callAs(account, policies, operation, input)).toMatchObject({
        status: 400,
        type: 'AccessDeniedException',
      });
    }
    expect(await world.callAs(account, [on(...all)], operation, input)).toMatchObject({ status: 200 });
  });
});

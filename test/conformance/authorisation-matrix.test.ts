import { beforeAll, describe, expect, it } from 'vitest';
import { allowing, World, type Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import { INPUTS, type OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import type { OperationRow } from '../../src/protocols/aws-kms/operation.ts';
import { OPERATIONS } from '../../src/protocols/aws-kms/operations.ts';
import {
  IMPLEMENTED,
  prepareFor,
  REQUESTS,
  type Prepared,
} from '../../src/protocols/aws-kms/operations/requests.fixture.ts';

/**
 * Every operation against every single permission, whatever the operation itself says that it needs: the names are
 * those of the page "AWS KMS permissions" of the developer guide.
 */

type Special = 'ReEncrypt' | 'CreateKey' | 'ReplicateKey';
/** What the requests of the fixture need where it is not the permission of the operation's own name alone. */
const SPECIAL: { readonly [N in Special]: readonly string[] } = {
  ReEncrypt: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  // The key is tagged as it is made.
  CreateKey: ['kms:CreateKey', 'kms:TagResource'],
  // The replica is a new key there, and it is tagged.
  ReplicateKey: ['kms:ReplicateKey', 'kms:CreateKey', 'kms:TagResource'],
};

function neededFor(operation: OperationName): readonly string[] {
  return (SPECIAL as Readonly<Record<string, readonly string[]>>)[operation] ?? [`kms:${operation}`];
}

/** Every permission of AWS KMS. */
const PERMISSIONS = [...new Set((Object.keys(INPUTS) as OperationName[]).flatMap(neededFor))];

/** Permissions that only a principal's own policies can give; and requests that are about a second key. */
const NOT_BY_KEY_POLICY: ReadonlySet<OperationName> = new Set([
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ListAliases',
  'ReEncrypt',
  'ReplicateKey',
  'RetireGrant',
  'UpdatePrimaryRegion',
]);

const keysOf = (operation: OperationName) => (OPERATIONS[operation] as unknown as OperationRow).keys;
const ON_KEYS = IMPLEMENTED.filter((operation) => keysOf(operation).length > 0);

let world: World;
let account: Account;

async function freshWorld(): Promise<void> {
  world = new World();
  account = await world.account();
}

function requestOf(operation: OperationName, key: Prepared, name = key.id): object {
  return REQUESTS[operation]?.(name, key) ?? {};
}

describe.each(IMPLEMENTED)('%s', (operation) => {
  beforeAll(freshWorld);
  const needed = neededFor(operation);

  it('is opened by its own permissions, and by no single other one', async () => {
    const key = await prepareFor(world, account, operation);
    const input = requestOf(operation, key);
    const opened: string[] = [];
    for (const permission of PERMISSIONS) {
      if (needed.length === 1 && permission === needed[0]) continue;
      const { type } = await world.callAs(account, [allowing(permission)], operation, input);
      if (type !== 'AccessDeniedException') opened.push(permission);
    }
    expect(opened).toEqual([]);
    expect(await world.callAs(account, [], operation, input)).toMatchObject({ type: 'AccessDeniedException' });
    expect(await world.callAs(account, [allowing(...needed)], operation, input)).toMatchObject({ status: 200 });
  });

  it('takes a request of nobody, of an unknown and of a forger for what it is', async () => {
    const headers = ['host', 'kms.test', 'x-amz-target', `TrentService.${operation}`];
    const unsigned = await world.send({ rawHeaders: headers, body: Buffer.from('{}') });
    expect([unsigned.status, unsigned.type]).toEqual([400, 'MissingAuthenticationTokenException']);
    const forged = await world.call(account.admin, operation, {}, { secret: 'x'.repeat(40) });
    expect([forged.status, forged.type]).toEqual([400, 'InvalidSignatureException']);
    const unknown = await world.call({ ...account.admin, accessKeyId: 'AKIA00000000EXAMPLE0' }, operation, {});
    expect([unknown.status, unknown.type]).toEqual([400, 'UnrecognizedClientException']);
  });
});

describe('the policy of a key alone', () => {
  beforeAll(freshWorld);
  const byKeyPolicy = ON_KEYS.filter((operation) => !NOT_BY_KEY_POLICY.has(operation));

  /** Asks somebody without any policies, whom the key's policy allows these actions. */
  async function askNamed(operation: OperationName, actions: readonly string[]) {
    const key = await prepareFor(world, account, operation);
    const { arn } = account.admin.principal;
    const Statement = [{ Effect: 'Allow', Principal: { AWS: arn }, Action: actions, Resource: '*' }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    const change = { KeyId: key.id, Policy, BypassPolicyLockoutSafetyCheck: true };
    expect(await world.call(account.admin, 'PutKeyPolicy', change)).toMatchObject({ status: 200 });
    return world.callAs(account, [], operation, requestOf(operation, key));
  }

  it.each(byKeyPolicy)('opens %s to whom it names for it', async (operation) => {
    const needed = neededFor(operation);
    expect(await askNamed(operation, needed)).toMatchObject({ status: 200 });
    const others = PERMISSIONS.filter((permission) => !needed.includes(permission));
    expect(await askNamed(operation, others)).toMatchObject({ status: 400, type: 'AccessDeniedException' });
  });
});

describe('keys of another account', () => {
  let stranger: Account;
  beforeAll(async () => {
    await freshWorld();
    stranger = await world.account('stranger');
  });

  it.each(ON_KEYS)('are no keys to its administrator: %s', async (operation) => {
    const key = await prepareFor(world, account, operation);
    const own = await prepareFor(world, stranger, operation);
    const epoch = world.store.epoch();
    for (const name of [key.arn, key.aliasArn, key.id, key.alias]) {
      const { status, type } = await world.call(stranger.admin, operation, requestOf(operation, key, name));
      expect([name, status, type]).toEqual([
        name,
        400,
        expect.stringMatching(/^(?:AccessDenied|NotFound|InvalidArn|InvalidGrantToken)Exception$/),
      ]);
    }
    expect(world.store.epoch()).toBe(epoch);
    expect(own.id).not.toBe(key.id);
  });
});

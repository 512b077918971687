import { beforeAll, describe, expect, it } from 'vitest';
import { GRANT_OPERATION_NAMES, isOperationOf, type GrantOperation } from '../../../keys/grant-operations.ts';
import { keySpecByAwsName, type KeySpecRow, type KeyUsage } from '../../../crypto/key-spec.ts';
import { World, type Account, type Actor } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { IMPLEMENTED, NEEDS, prepare, REQUESTS, type Prepared } from './requests.fixture.ts';
import { USAGES } from './words.ts';

/**
 * Every operation of the API, asked for by a user who has no right but a grant: exactly the operations that are its own
 * open it, and no grant opens what no grant can give.
 */
const rowOf = (operation: OperationName) => OPERATIONS[operation] as unknown as OperationRow;
const requestOf = (operation: OperationName) => REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;
const isGrantable = (name: string): name is GrantOperation =>
  (GRANT_OPERATION_NAMES as readonly string[]).includes(name);

/** The grant operations that open an operation. */
function openersOf(operation: OperationName): GrantOperation[] {
  const names = rowOf(operation).actions.map((action) => action.replace('kms:', ''));
  return names.every(isGrantable) ? names : [];
}

/** What making a grant takes besides: the grant that the request of the fixture makes gives this. */
const BESIDES: { readonly [N in OperationName]?: readonly GrantOperation[] } = { CreateGrant: ['DescribeKey'] };
/** A grant that gives this gives it for itself alone. */
const FOR_ITSELF: OperationName = 'RetireGrant';

let world: World;
let account: Account;
let serial = 0;

async function fitting(key: Prepared): Promise<GrantOperation[]> {
  const { body } = await world.call(account.admin, 'DescribeKey', { KeyId: key.id });
  const { KeySpec, KeyUsage } = body.KeyMetadata;
  const usage = Object.entries(USAGES).find(([, word]) => word === KeyUsage)?.[0] as KeyUsage;
  const spec = keySpecByAwsName(KeySpec) as KeySpecRow;
  return GRANT_OPERATION_NAMES.filter((operation) => isOperationOf({ spec, usage }, operation));
}

/** Gives a new user these operations on a new key and on the one beside it, and asks. Answers also the grant. */
async function askBy(operation: OperationName, wanted: (all: readonly GrantOperation[]) => readonly GrantOperation[]) {
  // On a key that is good for everything: the state of a key refuses only those who are allowed.
  const key = await prepare(world, account, NEEDS[operation] ?? 'enabled');
  const user: Actor = await world.actor(account.tenant, `user-${serial++}`, []);
  const operations = wanted(await fitting(key));
  let grantId = '';
  for (const keyId of operations.length === 0 ? [] : [key.otherId, key.id]) {
    const input = { KeyId: keyId, GranteePrincipal: user.principal.arn, Operations: operations };
    const made = await world.call(account.admin, 'CreateGrant', input);
    expect([made.status, made.text]).toEqual([200, undefined]);
    grantId = made.body.GrantId;
  }
  const request = requestOf(operation)(key.arn, key);
  const own = operation === FOR_ITSELF ? { ...request, GrantId: grantId } : request;
  return world.call(user, operation, own);
}

beforeAll(async () => {
  world = new World();
  account = await world.account();
});

const grantable = IMPLEMENTED.filter((operation) => openersOf(operation).length > 0);
const others = IMPLEMENTED.filter((operation) => openersOf(operation).length === 0);
const refused = { status: 400, type: 'AccessDeniedException' };

it('covers every operation that a grant can give, as far as it is there', () => {
  const opened = new Set(grantable.flatMap(openersOf));
  const missing = GRANT_OPERATION_NAMES.filter((name) => !opened.has(name));
  expect(missing.filter((name) => (IMPLEMENTED as readonly string[]).includes(name))).toEqual([]);
  expect(opened.size).toBeGreaterThan(8);
});

describe.each(grantable)('%s', (operation) => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });
  const openers = openersOf(operation);
  const besides = BESIDES[operation] ?? [];

  it(`is opened by a grant for ${openers.join(' and ')} alone`, async () => {
    // A grant for the making of grants alone cannot be made.
    const answer = await askBy(operation, () => [...openers, ...besides]);
    expect([answer.status, answer.text]).toEqual([200, undefined]);
  });

  it.each(openers)('is not opened without %s, whatever else grants give', async (missing) => {
    expect(await askBy(operation, (all) => all.filter((each) => each !== missing))).toMatchObject(refused);
  });
});

describe('no grant opens', () => {
  beforeAll(async () => {
    world = new World();
    account = await world.account();
  });

  it.each(others)('%s', async (operation) => {
    // On a key that is not enabled no grant can be made; the one beside it has them all.
    const isEnabled = NEEDS[operation] === undefined || NEEDS[operation] === 'imported';
    const answer = await askBy(operation, (all) => (isEnabled ? all : []));
    expect(answer).toMatchObject(refused);
  });
});

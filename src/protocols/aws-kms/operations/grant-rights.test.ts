import { beforeAll, describe, expect, it } from 'vitest';
import { GRANT_OPERATION_NAMES, isOperationOf, type GrantOperation } from '../../../keys/grant-operations.ts';
import { keySpecByAwsName, type KeySpecRow, type KeyUsage } from '../../../crypto/key-spec.ts';
import { World, type Account, type Actor } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { IMPLEMENTED, NEEDS, prepareFor, REQUESTS } from './requests.fixture.ts';
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

/** What a grant can give on a key. */
async function fitting(keyId: string): Promise<GrantOperation[]> {
  const { body } = await world.call(account.admin, 'DescribeKey', { KeyId: keyId });
  const { KeySpec, KeyUsage } = body.KeyMetadata;
  const usage = Object.entries(USAGES).find(([, word]) => word === KeyUsage)?.[0] as KeyUsage;
  const spec = keySpecByAwsName(KeySpec) as KeySpecRow;
  return GRANT_OPERATION_NAMES.filter((operation) => isOperationOf({ spec, usage }, operation));
}

/** Gives a new user these operations on a new key and on the one beside it, and asks. Answers also the grant. */
async function askBy(operation: OperationName, wanted: (all: readonly GrantOperation[]) => readonly GrantOperation[]) {
  const key = await prepareFor(world, account, operation);
  const user: Actor = await world.actor(account.tenant, `user-${serial++}`, []);
  let grantId = '';
  for (const keyId of [key.otherId, key.id]) {
    const all = await fitting(keyId);
    const operations = wanted(all).filter((each) => all.includes(each));
    if (operations.length === 0) continue;
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

it('covers every operation that a grant can give', () => {
  const opened = new Set(grantable.flatMap(openersOf));
  expect(GRANT_OPERATION_NAMES.filter((name) => !opened.has(name))).toEqual([]);
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
    // While its deletion waits, a key takes no grant.
    const isEnabled = NEEDS[operation] !== 'pending deletion';
    const answer = await askBy(operation, (all) => (isEnabled ? all : []));
    expect(answer).toMatchObject(refused);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../access/policy.ts';
import type { BuiltInPolicy } from '../../../identity/built-in-policies.ts';
import { GrantCache } from '../../../keys/grant-cache.ts';
import { allowing, World, type Account, type Actor, type Answer } from '../endpoint.fixture.ts';

let world: World;
/** Owns the key. */
let owner: Account;
/** Another tenant. */
let other: Account;
let keyArn: string;

const refused = { status: 400, type: 'AccessDeniedException' };
const plaintext = Buffer.from('plain');
const arnOf = ({ principal }: Actor) => principal.arn;
const rootOf = ({ accountId }: Account) => `arn:aws:iam::${accountId}:root`;
const user = ({ tenant }: Account, name: string, ...policies: BuiltInPolicy[]) => world.actor(tenant, name, policies);

beforeEach(async () => {
  world = new World();
  owner = await world.account('owner');
  other = await world.account('other');
  const { body } = await world.call(owner.admin, 'CreateKey');
  keyArn = body.KeyMetadata.Arn;
});

async function grant(input: object, by = owner.admin) {
  const answer = await world.call(by, 'CreateGrant', { KeyId: keyArn, Operations: ['Encrypt'], ...input });
  expect([answer.status, answer.text]).toEqual([200, undefined]);
  return answer.body;
}

const encrypt = (by: Actor, more: object = {}) =>
  world.call(by, 'Encrypt', { KeyId: keyArn, Plaintext: plaintext, ...more });
const retire = (by: Actor, GrantId: string, more: object = {}) =>
  world.call(by, 'RetireGrant', { KeyId: keyArn, GrantId, ...more });
const ids = ({ body }: Answer<'ListGrants' | 'ListRetirableGrants'>) => body.Grants.map(({ GrantId }) => GrantId);

/** Leaves the key to a policy of its own. */
async function setPolicy(...statements: object[]): Promise<void> {
  const own = { Effect: 'Allow', Principal: { AWS: rootOf(owner) }, Action: 'kms:*', Resource: '*' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [own, ...statements] });
  expect(await world.call(owner.admin, 'PutKeyPolicy', { KeyId: keyArn, Policy })).toMatchObject({ status: 200 });
}

describe('a grant for', () => {
  it('a user of another account needs no policy there', async () => {
    const foreign = await user(other, 'foreign');
    await grant({ GranteePrincipal: arnOf(foreign) });
    expect(await encrypt(foreign)).toMatchObject({ status: 200 });
    expect(await encrypt(other.admin)).toMatchObject(refused);
  });

  it('an account leaves it to the policies of that account who of it may', async () => {
    const [may, mayNot] = [await user(other, 'may', 'user'), await user(other, 'may-not')];
    await grant({ GranteePrincipal: other.accountId });
    expect(await encrypt(may)).toMatchObject({ status: 200 });
    expect(await encrypt(mayNot)).toMatchObject(refused);
    const { body } = await world.call(owner.admin, 'ListGrants', { KeyId: keyArn });
    expect(body.Grants[0]?.GranteePrincipal).toBe(rootOf(other));
  });

  it('is written into the logs of both accounts', async () => {
    const foreign = await user(other, 'foreign');
    await grant({ GranteePrincipal: arnOf(foreign) });
    await encrypt(foreign);
    const tenants = world.store.entries().filter(({ leaf }) => String(leaf).includes('"kms:Encrypt"'));
    expect(tenants.map(({ log }) => log).toSorted()).toEqual([owner.tenant.tenantId, other.tenant.tenantId].toSorted());
  });
});

describe('a key of another account', () => {
  it('has its grants made, listed and revoked by whom its policy names, with their own policies', async () => {
    const [keeper, weak] = [await user(other, 'keeper', 'administrator'), await user(other, 'weak')];
    const principals = [keeper, weak].map(arnOf);
    const Action = ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'];
    await setPolicy({ Effect: 'Allow', Principal: { AWS: principals }, Action, Resource: '*' });
    const { GrantId } = await grant({ GranteePrincipal: arnOf(weak) }, keeper);
    expect(ids(await world.call(keeper, 'ListGrants', { KeyId: keyArn }))).toEqual([GrantId]);
    const { body } = await world.call(owner.admin, 'ListGrants', { KeyId: keyArn });
    expect(body.Grants[0]?.IssuingAccount).toBe(rootOf(other));
    for (const operation of ['ListGrants', 'RevokeGrant'] as const) {
      expect(await world.call(weak, operation, { KeyId: keyArn, GrantId })).toMatchObject(refused);
    }
    expect(await world.call(keeper, 'RevokeGrant', { KeyId: keyArn, GrantId })).toMatchObject({ status: 200 });
    expect(ids(await world.call(keeper, 'ListGrants', { KeyId: keyArn }))).toEqual([]);
  });
});

describe('a grant is retired', () => {
  it('by its retiring principal, who needs no policy, once', async () => {
    const [grantee, retirer] = [await user(owner, 'grantee'), await user(other, 'retirer')];
    const { GrantId } = await grant({ GranteePrincipal: arnOf(grantee), RetiringPrincipal: arnOf(retirer) });
    expect(await retire(grantee, GrantId)).toMatchObject(refused);
    expect(await retire(retirer, GrantId, { DryRun: true })).toMatchObject({ type: 'DryRunOperationException' });
    expect(await encrypt(grantee)).toMatchObject({ status: 200 });
    expect(await retire(retirer, GrantId)).toMatchObject({ status: 200, body: {} });
    expect(await encrypt(grantee)).toMatchObject(refused);
    expect(await retire(retirer, GrantId)).toMatchObject({
      type: 'NotFoundException',
      text: `Grant ID ${GrantId} not found`,
    });
  });

  it('by its grantee where it says so, by token, and not by a grantee of the same account', async () => {
    const [grantee, another] = [await user(owner, 'grantee'), await user(owner, 'another')];
    const { GrantToken } = await grant({ GranteePrincipal: arnOf(grantee), Operations: ['Encrypt', 'RetireGrant'] });
    expect(await world.call(another, 'RetireGrant', { GrantToken })).toMatchObject(refused);
    expect(await world.call(grantee, 'RetireGrant', { GrantToken })).toMatchObject({ status: 200 });
    // The token is still one of ours, and gives nothing.
    expect(await encrypt(grantee, { GrantTokens: [GrantToken] })).toMatchObject(refused);
    expect(await encrypt(owner.admin, { GrantTokens: [GrantToken] })).toMatchObject({ status: 200 });
  });

  it.each([
    ['the account of the key', 'owner', {}, true],
    ['the account that made it', 'other', {}, true],
    ['the account that is its retiring principal', 'third', { RetiringPrincipal: true }, true],
    ['any other account', 'third', {}, false],
  ] as const)(
    'by whom the policies allow of %s',
    async (_, who, { RetiringPrincipal = false }: { RetiringPrincipal?: boolean }, may) => {
      const third = await world.account('third');
      const keeper = await user(other, 'keeper', 'administrator');
      await setPolicy({ Effect: 'Allow', Principal: { AWS: arnOf(keeper) }, Action: 'kms:CreateGrant', Resource: '*' });
      const grantee = await user(owner, 'grantee');
      const parties = {
        GranteePrincipal: arnOf(grantee),
        ...(RetiringPrincipal && { RetiringPrincipal: rootOf(third) }),
      };
      const { GrantId } = await grant(parties, keeper);
      const account = { owner, other, third }[who];
      const ask = (policies: readonly ReturnType<typeof allowing>[]) =>
        world.callAs(account, policies, 'RetireGrant', { KeyId: keyArn, GrantId });
      expect(await ask([])).toMatchObject(refused);
      expect(await ask([allowing('kms:RetireGrant')])).toMatchObject(may ? { status: 200 } : refused);
    },
  );

  it('whatever the policy of the key says of retiring, but not against a Deny of the caller', async () => {
    const retirer = await user(owner, 'retirer');
    const parties = { GranteePrincipal: rootOf(other), RetiringPrincipal: arnOf(retirer) };
    const { GrantId } = await grant(parties);
    const stranger = await user(other, 'stranger', 'administrator');
    await setPolicy(
      { Effect: 'Deny', Principal: { AWS: arnOf(retirer) }, Action: 'kms:RetireGrant', Resource: '*' },
      { Effect: 'Allow', Principal: { AWS: arnOf(stranger) }, Action: 'kms:RetireGrant', Resource: '*' },
    );
    expect(await retire(stranger, GrantId)).toMatchObject(refused);
    expect(await retire(retirer, GrantId)).toMatchObject({ status: 200 });
  });

  it.each([
    ['nothing', {}, 'ValidationException'],
    ['a key alone', { KeyId: 'x' }, 'ValidationException'],
    ['a token and a grant', { GrantToken: 'x', GrantId: 'x' }, 'ValidationException'],
    ['a token of nobody', { GrantToken: 'x' }, 'InvalidGrantTokenException'],
  ])('not where %s is named', async (_, input, type) => {
    expect(await world.call(owner.admin, 'RetireGrant', input)).toMatchObject({ status: 400, type });
  });

  it('by a token of its own region only', async () => {
    const { GrantToken } = await grant({ GranteePrincipal: rootOf(owner) });
    await world.region(owner.tenant, 'us-east-1');
    const elsewhere = { region: 'us-east-1' };
    const answer = await world.call(owner.admin, 'RetireGrant', { GrantToken }, elsewhere);
    expect(answer).toMatchObject({ type: 'InvalidGrantTokenException' });
    expect(await world.call(owner.admin, 'RetireGrant', { GrantToken })).toMatchObject({ status: 200 });
  });
});

describe('grants are listed', () => {
  it('in pages, all of them or those of one grantee or one alone, of one key', async () => {
    const grantee = await user(owner, 'grantee');
    const made: string[] = [];
    for (let i = 0; i < 7; i++) {
      const GranteePrincipal = i < 5 ? arnOf(grantee) : rootOf(owner);
      made.push((await grant({ GranteePrincipal, ...(i === 0 && { Name: 'first' }) })).GrantId);
    }
    const { body } = await world.call(owner.admin, 'CreateKey');
    await world.call(owner.admin, 'CreateGrant', {
      KeyId: body.KeyMetadata.Arn,
      GranteePrincipal: arnOf(grantee),
      Operations: ['Decrypt'],
    });
    const all = async (filter: object) => {
      const seen: string[] = [];
      for (let Marker: string | undefined; ;) {
        const page = await world.call(owner.admin, 'ListGrants', { KeyId: keyArn, Limit: 2, Marker, ...filter });
        expect(page.body.Grants.length).toBeLessThanOrEqual(2);
        seen.push(...ids(page));
        if (!page.body.Truncated) return seen;
        Marker = page.body.NextMarker;
      }
    };
    expect(await all({})).toEqual(made.toSorted());
    expect(await all({ GranteePrincipal: arnOf(grantee) })).toEqual(made.slice(0, 5).toSorted());
    expect(await all({ GranteePrincipal: rootOf(owner) })).toEqual(made.slice(5).toSorted());
    expect(await all({ GranteePrincipal: rootOf(other) })).toEqual([]);
    expect(await all({ GrantId: made[3] })).toEqual([made[3]]);
    expect(await all({ GrantId: made[3], GranteePrincipal: rootOf(owner) })).toEqual([]);
    expect(await all({ GrantId: 'f'.repeat(64) })).toEqual([]);
    const listed = await world.call(owner.admin, 'ListGrants', { KeyId: keyArn });
    expect(listed.body.Grants.map(({ Name }) => Name).toSorted()).toEqual(['', '', '', '', '', '', 'first']);
  });

  it.each([
    ['101 at once', { Limit: 101 }, 'ValidationException'],
    ['both kinds of grantee', { GranteePrincipal: 'x', GranteeServicePrincipal: 'a.b.com' }, 'ValidationException'],
    ['a marker of nobody', { Marker: 'x' }, 'InvalidMarkerException'],
  ])('but not %s', async (_, input, type) => {
    const answer = await world.call(owner.admin, 'ListGrants', { KeyId: keyArn, ...input });
    expect(answer).toMatchObject({ status: 400, type });
  });

  it('by their retiring principal, those of other accounts too, until their key is gone', async () => {
    const retirer = await user(other, 'retirer', 'administrator');
    const RetiringPrincipal = arnOf(retirer);
    const { GrantId } = await grant({ GranteePrincipal: rootOf(owner), RetiringPrincipal });
    await grant({ GranteePrincipal: rootOf(owner), RetiringPrincipal: rootOf(other) });
    const list = (by: Actor, input: object) => world.call(by, 'ListRetirableGrants', input);
    const answer = await list(retirer, { RetiringPrincipal });
    expect(ids(answer)).toEqual([GrantId]);
    expect(answer.body.Grants[0]).toMatchObject({ KeyId: keyArn, IssuingAccount: rootOf(owner), RetiringPrincipal });
    // Principals of other accounts are none of the caller's business.
    expect(await list(owner.admin, { RetiringPrincipal })).toMatchObject(refused);
    for (const [input, type] of [
      [{}, 'ValidationException'],
      [{ RetiringPrincipal, RetiringServicePrincipal: 'a.b.com' }, 'ValidationException'],
      [{ RetiringPrincipal: 'somebody' }, 'InvalidArnException'],
      [{ RetiringServicePrincipal: 'a.b.com' }, 'AccessDeniedException'],
    ] as const) {
      expect(await list(retirer, input)).toMatchObject({ status: 400, type });
    }
    await world.call(owner.admin, 'ScheduleKeyDeletion', { KeyId: keyArn, PendingWindowInDays: 7 });
    expect(ids(await list(retirer, { RetiringPrincipal }))).toEqual([GrantId]);
    world.clock.set(world.clock() + 7 * 86_400_000);
    expect(ids(await list(retirer, { RetiringPrincipal }))).toEqual([]);
  });

  it('by their retiring principal as far as the policy about that principal goes', async () => {
    const resource = (Resource: string) => ({ Effect: 'Allow', Action: 'kms:ListRetirableGrants', Resource });
    const ask = (Resource: string) =>
      world.callAs(
        owner,
        [parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: resource(Resource) }), 'identity')],
        'ListRetirableGrants',
        { RetiringPrincipal: rootOf(owner) },
      );
    expect(await ask(rootOf(owner))).toMatchObject({ status: 200 });
    expect(await ask(rootOf(other))).toMatchObject(refused);
  });
});

it('grants outlive what the key goes through, and work again with it', async () => {
  const grantee = await user(owner, 'grantee');
  await grant({ GranteePrincipal: arnOf(grantee) });
  await world.call(owner.admin, 'DisableKey', { KeyId: keyArn });
  expect(await encrypt(grantee)).toMatchObject({ type: 'DisabledException' });
  await world.call(owner.admin, 'ScheduleKeyDeletion', { KeyId: keyArn });
  await world.call(owner.admin, 'CancelKeyDeletion', { KeyId: keyArn });
  await world.call(owner.admin, 'EnableKey', { KeyId: keyArn });
  expect(await encrypt(grantee)).toMatchObject({ status: 200 });
});

it('a grantee has as many grants on a key as one may have, and others have their own', async () => {
  world.ports.grants = new GrantCache(world.store, 50, 2);
  const other = await user(owner, 'other');
  const create = (more: object = {}) =>
    world.callAs(owner, [allowing('kms:CreateGrant')], 'CreateGrant', {
      KeyId: keyArn,
      GranteePrincipal: rootOf(owner),
      Operations: ['Encrypt'],
      ...more,
    });
  await create();
  const { body } = await create({ Name: 'b' });
  expect(await create()).toMatchObject({
    status: 400,
    type: 'LimitExceededException',
    text: expect.stringContaining('(2, the quota grantsPerGrantee)'),
  });
  expect((await create({ Name: 'b' })).body.GrantId).toBe(body.GrantId);
  expect((await create({ GranteePrincipal: arnOf(other) })).status).toBe(200);
  await world.call(owner.admin, 'RevokeGrant', { KeyId: keyArn, GrantId: body.GrantId });
  expect((await create()).status).toBe(200);
});

it('a key has as many grants as it may have, and no more', async () => {
  world.ports.grants = new GrantCache(world.store, 2);
  const create = (more: object) =>
    world.callAs(owner, [allowing('kms:CreateGrant')], 'CreateGrant', {
      KeyId: keyArn,
      GranteePrincipal: rootOf(owner),
      Operations: ['Encrypt'],
      ...more,
    });
  await create({ Name: 'a' });
  const { body } = await create({ Name: 'b' });
  expect(await create({})).toMatchObject({
    status: 400,
    type: 'LimitExceededException',
    text: expect.stringContaining(`${keyArn} has as many grants as a key may have`),
  });
  // What is there already is found at the limit too.
  expect((await create({ Name: 'b' })).body.GrantId).toBe(body.GrantId);
});

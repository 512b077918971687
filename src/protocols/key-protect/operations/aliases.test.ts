import { beforeEach, describe, expect, it } from 'vitest';
import type { BuiltInPolicy } from '../../../identity/built-in-policies.ts';
import { withInline } from '../../../identity/holder.ts';
import { putPrincipal } from '../../../identity/principal.ts';
import type { Alias, Key, KeyState } from '../../../keys/key.ts';
import { CATALOG, type Endpoint, type OperationName } from '../catalog.ts';
import { one, REGION, World, type Account, type Actor, type Answered } from '../key-protect.fixture.ts';
import { madeKey } from '../made-key.fixture.ts';
import { OPERATIONS } from '../operations.ts';

let world: World;
let account: Account;
let key: Key;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  key = await madeKey(world, account);
});

const call = (method: string, path: string, departure = {}) =>
  world.call(account, account.admin, method, path, departure);
const told = ({ status, code }: Answered) => [status, code];
const give = (alias: string, id = key.id) => call('POST', `/keys/${id}/aliases/${alias}`);
const take = (alias: string, id = key.id) => call('DELETE', `/keys/${id}/aliases/${alias}`);
const aliasesOf = async (id = key.id) => (await call('GET', `/keys/${id}/metadata`)).body.resources[0].aliases;
const alias = (name: string): Alias => ({ name: `alias/${name}`, createdAtMs: 0, updatedAtMs: 0 });
const NOT_UNIQUE = [409, 'KEY_ALIAS_NOT_UNIQUE_ERR'];
const MALFORMED = [400, 'INVALID_FIELD_ERR'];

describe('an alias', () => {
  it('is given, found, and taken away', async () => {
    const { status, body } = await give('my-alias');
    expect(status).toBe(201);
    expect(body).toEqual({
      metadata: { collectionType: 'application/vnd.ibm.kms.alias+json', collectionTotal: 1 },
      resources: [
        {
          keyId: key.id,
          alias: 'my-alias',
          createdBy: `IBMid-${account.admin.id}`,
          creationDate: '2027-01-15T08:00:00Z',
        },
      ],
    });
    expect(await aliasesOf('my-alias')).toEqual(['my-alias']);
    expect((await world.keys.find(account.instance, key.id))?.key.aliases).toEqual([
      { name: 'alias/my-alias', createdAtMs: world.clock(), updatedAtMs: world.clock(), createdBy: expect.any(String) },
    ]);
    const taken = await take('my-alias', 'my-alias');
    expect([taken.status, taken.body]).toEqual([204, undefined]);
    expect(told(await call('GET', '/keys/my-alias'))).toEqual([404, 'KEY_NOT_FOUND_ERR']);
    expect(await aliasesOf()).toBeUndefined();
  });

  it.each([
    ['two characters', 'ab'],
    ['90 characters', 'a'.repeat(90)],
    ['what is in no word', '_-'],
    ['a percent-encoded letter', '%61bc'],
    ['a member of prototypes', '__proto__'],
    ['32 hexadecimal digits', '0f6f7a367d2c4f0e9d8a1c1c1c1c1c1c'],
    ['a reserved word and more', 'keys-1'],
  ])('may be %s', async (_, name) => {
    expect((await give(name)).status).toBe(201);
    expect(await aliasesOf(name)).toEqual([decodeURIComponent(name)]);
  });

  it.each([
    ['one character', 'a'],
    ['91 characters', 'a'.repeat(91)],
    ['a very long one', 'a'.repeat(10_000)],
    ['a dot', 'a.b'],
    ['the parent folder', '..'],
    ['the parent folder, encoded', '%2e%2e'],
    ['a slash, encoded', 'a%2Fb'],
    ['a slash, encoded twice', 'a%252Fb'],
    ['a prefix of AWS', 'aws%2Fs3'],
    ['a space', 'a%20b'],
    ['a plus', 'a+b'],
    ['a zero', 'ab%00'],
    ['a line feed', 'ab%0A'],
    ['an accent', 'caf%C3%A9'],
    ['a wide letter', '%EF%BD%81%EF%BD%82'],
    ['a dotless i', 'al%C4%B1as'],
    ['the Kelvin sign', 'ab%E2%84%AA'],
    ['a v4 UUID', '0f6f7a36-7d2c-4f0e-9d8a-1c1c1c1c1c1c'],
    ['a UUID of another version', '0f6f7a36-7d2c-1f0e-9d8a-1c1c1c1c1c1c'],
    ['a UUID in capitals', '0F6F7A36-7D2C-4F0E-9D8A-1C1C1C1C1C1C'],
    ...'allowed_ip key keys metadata policy policies registration registrations ring rings rotate wrap unwrap rewrap version versions Keys'
      .split(' ')
      .map((word): [string, string] => [`the word ${word}`, word]),
  ] as [string, string][])('may not be %s', async (_, name) => {
    expect(told(await give(name))).toEqual(MALFORMED);
    expect(await aliasesOf()).toBeUndefined();
    expect(world.faults).toEqual([]);
  });

  it('leads to one key of the instance, is told from others by its case, and is free in another instance', async () => {
    const second = await madeKey(world, account);
    await give('mine');
    expect(told(await give('mine'))).toEqual(NOT_UNIQUE);
    expect(told(await give('mine', second.id))).toEqual(NOT_UNIQUE);
    expect((await give('Mine', second.id)).status).toBe(201);
    const other = await world.account('two');
    const theirs = await madeKey(world, other);
    const there = await world.call(other, other.admin, 'POST', `/keys/${theirs.id}/aliases/mine`);
    expect(there.status).toBe(201);
    expect(await aliasesOf('mine')).toEqual(['mine']);
  });

  it('goes to one of two keys that ask for it at the same time', async () => {
    const second = await madeKey(world, account);
    const answers = await Promise.all([give('wanted'), give('wanted', second.id)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(answers.find(({ status }) => status === 409)?.code).toBe('KEY_ALIAS_NOT_UNIQUE_ERR');
  });

  it('is one of five, of which those do not count that this wire cannot show', async () => {
    const names = ['one', 'two', 'three', 'four', 'with/slash', 'x'];
    const { id } = await madeKey(world, account, { aliases: names.map(alias) });
    expect((await give('five', id)).status).toBe(201);
    expect(told(await give('six', id))).toEqual([409, 'KEY_ALIAS_QUOTA_ERR']);
    expect((await take('one', id)).status).toBe(204);
    expect((await give('six', id)).status).toBe(201);
    expect(await aliasesOf(id)).toEqual(['two', 'three', 'four', 'five', 'six']);
  });

  it('is taken from the key that has it alone', async () => {
    const second = await madeKey(world, account, { aliases: [alias('theirs'), alias('with/slash'), alias('x')] });
    await give('mine');
    const notFound = [404, 'KEY_ALIAS_NOT_FOUND_ERR'];
    for (const name of ['theirs', 'Mine', 'none', '..', 'a%2Fb']) expect(told(await take(name))).toEqual(notFound);
    for (const name of ['with%2Fslash', 'x']) expect(told(await take(name, second.id))).toEqual(notFound);
    expect(told(await take('mine', second.id))).toEqual(notFound);
    expect(await aliasesOf()).toEqual(['mine']);
  });

  it.each<[KeyState, number]>([
    ['active', 201],
    ['suspended', 201],
    ['deactivated', 201],
    ['pending-deletion', 410],
    ['deleted', 410],
    ['destroyed', 404],
  ])('of a key that is %s: %i', async (state, status) => {
    const { id } = await madeKey(world, account, { state });
    expect((await give('late', id)).status).toBe(status);
  });

  it('of a deleted key stays with it', async () => {
    const { id } = await madeKey(world, account, { state: 'deleted', aliases: [alias('kept')] });
    expect(told(await give('kept'))).toEqual(NOT_UNIQUE);
    expect(told(await take('kept', id))).toEqual([410, 'KEY_DELETED_ERR']);
    expect(await aliasesOf('kept')).toEqual(['kept']);
  });

  it('needs the permission on its key', async () => {
    const user = await world.actor(account.tenant, 'user', ['user']);
    await give('mine');
    for (const [method, path] of [
      ['POST', `/keys/${key.id}/aliases/other`],
      ['DELETE', `/keys/${key.id}/aliases/mine`],
    ] as const)
      expect((await world.call(account, user, method, path)).status).toBe(401);
    expect(await aliasesOf()).toEqual(['mine']);
  });

  it('is given by the account of the key alone, whatever its policy allows', async () => {
    const allow = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    const open = await madeKey(world, account, { accessPolicy, aliases: [alias('theirs')] });
    const other = await world.account('two');
    for (const [method, name] of [
      ['POST', 'mine'],
      ['DELETE', 'theirs'],
    ] as const)
      expect((await world.call(account, other.admin, method, `/keys/${open.id}/aliases/${name}`)).status).toBe(401);
    expect(await aliasesOf(open.id)).toEqual(['theirs']);
  });
});

describe('a policy of the caller about aliases', () => {
  /** A user who may everything but what this document denies. */
  async function user(policies: readonly BuiltInPolicy[], ...Statement: readonly object[]): Promise<Actor> {
    const actor = await world.actor(account.tenant, 'careful', policies);
    const member = await world.directory.member(account.tenant, actor.id);
    const document = JSON.stringify({ Version: '2012-10-17', Statement });
    const { write } = putPrincipal(account.tenant, withInline(member!, { name: 'own', document }, 10_000));
    await world.commit(account.tenant, [write], account.tenant.tenantId);
    return actor;
  }
  const arn = (resource: string) => `arn:aws:kms:${REGION}:${account.tenant.accountId}:${resource}`;
  const deny = () => ({
    Effect: 'Deny',
    Action: ['kms:CreateAlias', 'kms:DeleteAlias'],
    Resource: arn('alias/prod-*'),
  });
  const make = (actor: Actor, name: string) =>
    world.call(account, actor, 'POST', '/keys', {
      body: one('key', { name: 'made', extractable: false, aliases: [name] }),
    });

  it('that denies them counts as on the AWS wire', async () => {
    await give('prod-db');
    const careful = await user(['administrator'], deny());
    const ask = async (method: string, name: string) =>
      (await world.call(account, careful, method, `/keys/${key.id}/aliases/${name}`)).status;
    expect([await ask('DELETE', 'prod-db'), await ask('POST', 'prod-web')]).toEqual([401, 401]);
    expect([await ask('POST', 'test-web'), await ask('DELETE', 'test-web')]).toEqual([201, 204]);
    expect([(await make(careful, 'prod-new')).status, (await make(careful, 'test-new')).status]).toEqual([401, 201]);
  });

  it('is asked where a key is made with one', async () => {
    const maker = await user([], { Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*' });
    expect((await make(maker, 'prod-db')).status).toBe(401);
    const body = one('key', { name: 'made', extractable: false });
    expect((await world.call(account, maker, 'POST', '/keys', { body })).status).toBe(201);
  });

  it.each([{}, { keyRing: 'payments' }])('has no need to be there for a Writer over %j', async (scope) => {
    await call('POST', '/key_rings/payments');
    const writer = await world.actor(account.tenant, 'writer', []);
    await world.assign(account, writer, { roles: ['Writer'], region: REGION, ...scope });
    const headers = { 'x-kms-key-ring': 'payments' };
    const body = one('key', { name: 'made', extractable: false, aliases: ['first'] });
    expect((await world.call(account, writer, 'POST', '/keys', { body, headers })).status).toBe(201);
    const path = '/keys/first/aliases/second';
    expect((await world.call(account, writer, 'POST', path, { headers })).status).toBe(201);
    expect((await world.call(account, writer, 'DELETE', path, { headers })).status).toBe(204);
  });
});

describe('an alias in the path', () => {
  // Who is no service is refused what services do before the key is looked for.
  const ofKey = (Object.entries(CATALOG) as [OperationName, Endpoint][]).filter(
    ([, { path }]) => path.includes('{id}') && !path.includes('{crn}'),
  );
  /** What a body needs to be read at all. */
  const BODIES: Partial<Record<OperationName, unknown>> = {
    patchKey: { keyRingID: 'default' },
    putKeyPolicies: envelope('policy', { type: 'application/vnd.ibm.kms.policy+json', rotation: { enabled: false } }),
  };

  /** Of some other key: it has the form that is read before keys are looked for. */
  const wrapped = async () => (await call('POST', `/keys/${key.id}/actions/wrap`)).body.ciphertext;

  async function ask([name, { method, path }]: [OperationName, Endpoint], id: string, keyRing: string) {
    const filled = path.replace('{id}', id).replace('{alias}', `new-${id.slice(0, 8)}`);
    const body = name.endsWith('wrap') && name !== 'wrap' ? { ciphertext: await wrapped() } : BODIES[name];
    return call(method, filled, { body, headers: { 'x-kms-key-ring': keyRing } });
  }

  it.each(ofKey)('%s finds the key by it, and in its own ring alone', async (name, endpoint) => {
    const { id } = await madeKey(world, account, { aliases: [alias('by-name')], keyRing: 'ring' });
    // Twins: what is found by the id answers as what is found by the alias.
    const twin = await madeKey(world, account, { keyRing: 'ring' });
    const expected = OPERATIONS[name] === 'not-implemented' ? [501, 'NOT_IMPLEMENTED_ERR'] : [404, 'KEY_NOT_FOUND_ERR'];
    for (const ring of ['default', 'Ring', 'rin', 'nowhere', '../ring'])
      for (const known of [id, id.toUpperCase(), 'by-name'])
        expect([name, ...told(await ask([name, endpoint], known, ring))]).toEqual([name, ...expected]);
    const byAlias = await ask([name, endpoint], 'by-name', 'ring');
    const byId = await ask([name, endpoint], twin.id, 'ring');
    expect(told(byAlias)).toEqual(told(byId));
    expect(byAlias.code === 'KEY_NOT_FOUND_ERR').toBe(false);
    expect(world.faults).toEqual([]);
  });
});

function envelope(kind: string, resource: object): object {
  const metadata = { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: 1 };
  return { metadata, resources: [resource] };
}

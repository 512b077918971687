import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { World, type Account, type Actor } from './endpoint.fixture.ts';
import type { OperationName } from './model.gen.ts';

/** The examples of docs/guide/access.md, each tried as it stands there. */
const GUIDE = readFileSync(resolve(import.meta.dirname, '../../../docs/guide/access.md'), 'utf8');
const EXAMPLES = new Map(
  [...GUIDE.matchAll(/^### (.+)\n[^#]*?```json\n([^]*?)```/gm)].map(([, title, json]) => [
    title as string,
    json as string,
  ]),
);

let world: World;
let one: Account;
let red: Actor;

beforeAll(async () => {
  world = new World();
  one = await world.account();
  red = await world.actor(one.tenant, 'red', []);
});

const Plaintext = Buffer.from('x');

/** A key with the policy of an example, and somebody who uses it. */
async function example(title: string, tags: object[] = []) {
  const Policy = (EXAMPLES.get(title) as string).replaceAll('111122223333', one.accountId);
  const { status, text, body } = await world.call(one.admin, 'CreateKey', { Policy, Tags: tags });
  expect([status, text]).toEqual([200, undefined]);
  const { KeyId } = body.KeyMetadata;
  const type = async (operation: OperationName, input: object, from = '192.0.2.9', actor = one.admin) =>
    (await world.call(actor, operation, { KeyId, ...input }, { from })).type;
  return { KeyId, type };
}
const DENIED = 'AccessDeniedException';

describe('the examples of the guide', () => {
  it('are all tried here', () => {
    expect([...EXAMPLES.keys()]).toEqual(["One tenant's data alone", 'To each team its keys', 'Through one alias']);
  });

  it("one tenant's data alone", async () => {
    const { KeyId, type } = await example("One tenant's data alone");
    const EncryptionContext = { tenant: 'acme' };
    const sealed = await world.call(one.admin, 'Encrypt', { KeyId, Plaintext, EncryptionContext });
    const { CiphertextBlob } = sealed.body;
    expect(await type('Encrypt', { Plaintext })).toBe(DENIED);
    expect(await type('Encrypt', { Plaintext, EncryptionContext: { tenant: 'other' } })).toBe(DENIED);
    const opens = { CiphertextBlob, EncryptionContext };
    expect(await type('Decrypt', opens)).toBeUndefined();
    expect(await type('Decrypt', opens, '2001:db8::1')).toBeUndefined();
    expect(await type('Decrypt', opens, '::ffff:192.0.2.77')).toBeUndefined();
    expect(await type('Decrypt', opens, '198.51.100.1')).toBe(DENIED);
    expect(await type('DescribeKey', {}, '198.51.100.1')).toBeUndefined();
  });

  it('to each team its keys', async () => {
    const own = await example('To each team its keys', [{ TagKey: 'team', TagValue: 'red' }]);
    const other = await example('To each team its keys', [{ TagKey: 'team', TagValue: '*' }]);
    expect(await own.type('Encrypt', { Plaintext }, undefined, red)).toBe(DENIED);
    await world.tag(one.tenant, red, 'team', 'red');
    expect(await own.type('Encrypt', { Plaintext }, undefined, red)).toBeUndefined();
    expect(await own.type('DisableKey', {}, undefined, red)).toBe(DENIED);
    expect(await other.type('Encrypt', { Plaintext }, undefined, red)).toBe(DENIED);
  });

  it('through one alias', async () => {
    const { KeyId, type } = await example('Through one alias');
    await world.call(one.admin, 'CreateAlias', { AliasName: 'alias/backups', TargetKeyId: KeyId });
    expect(await type('Encrypt', { Plaintext })).toBe(DENIED);
    const byAlias = await world.call(one.admin, 'Encrypt', { KeyId: 'alias/backups', Plaintext });
    expect(byAlias.status).toBe(200);
    expect(await type('Decrypt', { CiphertextBlob: byAlias.body.CiphertextBlob })).toBeUndefined();
  });
});

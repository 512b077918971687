import { describe, expect, it } from 'vitest';
import { edit } from '../../../keys/change.ts';
import { changeEntry } from '../../../keys/key-space.fixture.ts';
import { World } from '../endpoint.fixture.ts';

const world = new World();
const account = await world.account();
const { admin, instance } = account;
const AliasName = 'alias/kept';
const make = async () => (await world.call(admin, 'CreateKey')).body.KeyMetadata.KeyId as string;

describe('the alias of a key that was deleted on the wire of IBM Key Protect', async () => {
  const [deleted, other] = [await make(), await make()];
  await world.call(admin, 'CreateAlias', { AliasName, TargetKeyId: deleted });
  const open = await world.keys.find(instance, deleted);
  if (open === undefined) throw new TypeError('the key is not there');
  const removal = { atMs: world.clock(), by: 'IBMid-1' };
  const { writes } = edit(instance, open.key, { state: 'deleted', removal });
  await world.store.commit({ writes, entries: [changeEntry(instance.tenantId)] });

  it('is not another key’s to take: the key may be taken back with it', async () => {
    const taken = await world.call(admin, 'CreateAlias', { AliasName, TargetKeyId: other });
    expect(taken).toMatchObject({ status: 400, body: { __type: expect.stringContaining('AlreadyExistsException') } });
    expect((await world.keys.findByAlias(instance, AliasName))?.key.id).toBe(deleted);
  });

  it.each([
    ['DescribeKey', { KeyId: AliasName }],
    ['Encrypt', { KeyId: AliasName, Plaintext: Buffer.from('x').toString('base64') }],
    ['UpdateAlias', { AliasName, TargetKeyId: other }],
    ['DeleteAlias', { AliasName }],
  ] as const)('leads nowhere for %s', async (operation, input) => {
    const answer = await world.call(admin, operation, input as never);
    expect(answer).toMatchObject({ body: { __type: expect.stringContaining('NotFoundException') } });
  });

  it('is in no list', async () => {
    const { Aliases } = (await world.call(admin, 'ListAliases')).body;
    expect(Aliases.map(({ AliasName: name }: { AliasName: string }) => name)).not.toContain(AliasName);
  });
});

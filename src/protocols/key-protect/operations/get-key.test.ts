import { describe, expect, it } from 'vitest';
import type { KeyState } from '../../../keys/key.ts';
import { World } from '../key-protect.fixture.ts';
import { madeKey } from '../made-key.fixture.ts';

const world = new World();
const account = await world.account();
const { admin, tenant } = account;
const SECRET = Buffer.from('correct horse battery staple');

const root = await madeKey(world, account, { name: 'root', keyRing: 'mine' });
const standard = await madeKey(world, account, { name: 'standard', secret: SECRET });

const gone = await madeKey(world, account, { state: 'destroyed' });

const get = (path: string, headers: Record<string, string> = {}) =>
  world.call(account, admin, 'GET', path, { headers });

describe('getKey', () => {
  it('shows a root key without its material', async () => {
    const { status, body, headers } = await get(`/keys/${root.id}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/vnd.ibm.kms.key+json');
    expect(body.metadata).toEqual({ collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 1 });
    expect(body.resources[0]).toMatchObject({ id: root.id, name: 'root', extractable: false, state: 1 });
    expect(body.resources[0]).not.toHaveProperty('payload');
  });

  it('shows a standard key with its payload, again and again', async () => {
    for (let i = 0; i < 2; i++) {
      const { body } = await get(`/keys/${standard.id.toUpperCase()}`);
      expect(body.resources[0]).toMatchObject({ extractable: true, payload: SECRET.toString('base64') });
      expect(body.resources[0]).not.toHaveProperty('keyVersion');
    }
  });

  it.each<[KeyState, number, boolean]>([
    ['active', 1, true],
    ['deactivated', 3, true],
    ['suspended', 2, false],
    ['pending-deletion', 5, false],
    ['deleted', 5, false],
  ])('of a standard key that is %s answers state %i', async (state, number, isTold) => {
    const key = await madeKey(world, account, { secret: SECRET, state });
    const { status, body } = await get(`/keys/${key.id}`);
    expect([status, body.resources[0].state]).toEqual([200, number]);
    expect('payload' in body.resources[0]).toBe(isTold);
  });

  it('writes an entry that has the facts and not the payload', async () => {
    await get(`/keys/${standard.id}`);
    const entry = world.store.entries().at(-1);
    const details = entry?.details.subarray(16).toString('utf8') ?? '';
    expect(JSON.parse(details).result).toMatchObject({ keyId: standard.id, keyState: 1, keyType: 'standard' });
    const all = Buffer.concat([entry?.leaf ?? Buffer.alloc(0), entry?.details ?? Buffer.alloc(0)]);
    for (const form of [SECRET, SECRET.toString('base64'), SECRET.toString('hex')])
      expect(all.includes(form)).toBe(false);
  });

  it.each([
    ['unknown', '/keys/00000000-0000-4000-8000-000000000000', {}],
    ['of another ring', `/keys/${root.id}`, { 'x-kms-key-ring': 'other' }],
    ['destroyed', `/keys/${gone.id}`, {}],
  ])('does not find a key that is %s', async (_, path, headers) => {
    const { status, code } = await get(path, headers);
    expect([status, code]).toEqual([404, 'KEY_NOT_FOUND_ERR']);
  });

  it('is not for those who may only see metadata', async () => {
    const reader = await world.actor(tenant, 'reader', ['user']);
    expect((await world.call(account, reader, 'GET', `/keys/${standard.id}`)).status).toBe(401);
  });
});

describe('getKeyMetadata', () => {
  it('never tells the payload', async () => {
    const { status, body } = await get(`/keys/${standard.id}/metadata`);
    expect(status).toBe(200);
    expect(body.resources[0]).toMatchObject({ id: standard.id, extractable: true });
    expect(body.resources[0]).not.toHaveProperty('payload');
  });

  it('finds a key in the ring that is named', async () => {
    expect((await get(`/keys/${root.id}/metadata`, { 'X-Kms-Key-Ring': 'mine' })).status).toBe(200);
  });
});

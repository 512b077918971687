import { describe, expect, it } from 'vitest';
import { CATALOG } from './catalog.ts';
import { World } from './key-protect.fixture.ts';

const world = new World();
const account = await world.account();
const { admin } = account;

describe('a request', () => {
  it.each([
    ['without a token', { authorization: '' }, 400],
    ['with a token of nobody', { authorization: 'Bearer nobody' }, 401],
    ['with another scheme', { authorization: 'Basic eA==' }, 400],
    ['for an instance that is not there', { 'bluemix-instance': '00000000-0000-4000-8000-000000000000' }, 401],
    ['for what is no instance', { 'bluemix-instance': 'mine' }, 400],
  ])('%s is refused', async (_, headers, status) => {
    expect((await world.call(account, admin, 'GET', '/kmip_adapters', { headers })).status).toBe(status);
  });

  it.each(['Authorization', 'Bluemix-Instance', 'X-KMS-Key-Ring'])('with %s twice is refused', async (name) => {
    const headers = { 'x-kms-key-ring': 'default', [name]: 'default' };
    const answer = await world.call(account, admin, 'GET', '/keys', { headers });
    expect(answer).toMatchObject({ status: 400, code: 'INVALID_HEADER_ERR' });
    expect(answer.body.resources[0].reasons[0].message).toMatch(new RegExp(`${name} must be: sent once`, 'i'));
  });

  it('tells its correlation id again', async () => {
    const headers = { 'correlation-id': 'abc-1' };
    const answer = await world.call(account, admin, 'GET', '/nothing', { headers });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('correlation-id')).toBe('abc-1');
  });
});

describe('the catalog', () => {
  it('names each method and path once', () => {
    const all = Object.values(CATALOG).map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(all).size).toBe(all.length);
  });
});

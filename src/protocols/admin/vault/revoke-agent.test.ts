import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';

const PATH =
  '/environments/8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10/agents/8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a11/revocation';

describe('letting an agent go', () => {
  let house: AdminHouse;
  let owner: string;
  beforeAll(async () => {
    house = await adminHouse();
    owner = (await house.member(['owner'])).apiKey;
  });
  afterAll(() => house.close());

  async function memberWith(...actions: readonly string[]): Promise<string> {
    const { member, apiKey } = await house.member([]);
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
    });
    const path = `/principals/${member.id}/inline-policies/put`;
    expect((await house.send(owner, 'POST', path, { name: 'some', document })).status).toBe(200);
    return apiKey;
  }

  it.each([
    ['switches it off', '', ['keystead:RevokeAgent'], 'environment-not-found', ''],
    ['destroys none of its snapshots', '?through=0', ['keystead:RevokeAgent'], 'access-denied', 'ForgetSnapshots'],
    [
      'destroys them by whoever may do that',
      '?through=0',
      ['keystead:RevokeAgent', 'keystead:ForgetSnapshots'],
      'environment-not-found',
      '',
    ],
  ])('%s', async (_, query, actions, code, message) => {
    const { body } = await house.send(await memberWith(...actions), 'POST', PATH + query);
    expect(body['error']).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draft } from '../../records/writes.fixture.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { ADMIN_ROUTES } from './routes.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('uses over time', () => {
  let house: AdminHouse;
  let administrator: string;
  let keyId: string;
  let t0: number;

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
    const made = await house.send(administrator, 'POST', `/regions/${REGION_NAME}/keys`, { spec: 'aes-256' });
    keyId = made.body['keyId'] as string;
    t0 = Math.floor(house.services.clock() / HOUR) * HOUR - 2 * DAY;
    const { tenantId } = house.tenant;
    for (const [at, action, key] of [
      [t0, 'kms:Encrypt', keyId],
      [t0 + 1, 'kms:Encrypt', keyId],
      [t0 + HOUR, 'kms:Decrypt', keyId],
      [t0 + DAY, 'kms:Decrypt', keyId],
      [t0 + DAY, 'kms:Sign', 'another'],
    ] as const)
      await house.store.record(draft(tenantId, { timeMs: at, action, key }));
  });
  afterAll(() => house.close());

  const iso = (ms: number) => new Date(ms).toISOString();
  const uses = (of: string, from: number, to: number, step: string, as = administrator) =>
    house.send(as, 'GET', `${of}/uses?from=${iso(from)}&to=${iso(to)}&step=${step}`);
  const ofKey = () => `/regions/${REGION_NAME}/keys/${keyId}`;

  it('are those of a key, hour by hour, hours without a use too', async () => {
    const { body } = await uses(ofKey(), t0, t0 + 3 * HOUR, 'hour');
    expect(fits(ADMIN_ROUTES.find(({ id }) => id === 'getKeyUses') as (typeof ADMIN_ROUTES)[number], body)).toBe(true);
    expect(body).toMatchObject({
      count: 3,
      kinds: [
        { action: 'kms:Encrypt', count: 2 },
        { action: 'kms:Decrypt', count: 1 },
      ],
      steps: [
        { from: iso(t0), count: 2 },
        { from: iso(t0 + HOUR), count: 1, kinds: [{ action: 'kms:Decrypt', count: 1 }] },
        { from: iso(t0 + 2 * HOUR), count: 0, kinds: [] },
      ],
    });
  });

  it('are those of the tenant, day by day', async () => {
    const { body } = await uses('', t0, t0 + 2 * DAY, 'day');
    expect(body).toMatchObject({ count: 5, steps: [{ count: 3 }, { count: 2 }] });
  });

  it.each([
    ['no time at all', 0, 0, 'hour'],
    ['a range that goes back', DAY, 0, 'day'],
    ['too many hours', 0, 31 * DAY + HOUR, 'hour'],
    ['too many days', 0, 402 * DAY, 'day'],
  ])('are not answered for %s', async (_, from, to, step) => {
    const answer = await uses('', t0 + from, t0 + to, step);
    expect([answer.status, answer.body['error']]).toMatchObject([400, { code: 'range-unfit' }]);
  });

  it.each(['2026-01-01T23:59:60Z', '2026-01-01T00:00:00Z[Europe/Paris]', '2026-02-29T00:00:00Z'])(
    'are not answered, nor anything else, for the time %s, which no clock here shows',
    async (time) => {
      const at = encodeURIComponent(time);
      for (const path of [
        `/uses?from=${at}&to=2026-02-01T00:00:00Z`,
        `/audit/entries?from=${at}`,
        `/audit/export?format=json&from=${at}&to=2026-03-01T00:00:00Z`,
        `/credentials?unusedSince=${at}`,
      ]) {
        const { status, body } = await house.send(administrator, 'GET', path);
        expect([path, status, body['error']]).toMatchObject([path, 400, { code: 'invalid-request' }]);
      }
    },
  );

  it('are for those who may look at them, and of the own tenant', async () => {
    const user = (await house.member(['key-user'])).apiKey;
    expect((await uses(ofKey(), t0, t0 + DAY, 'day', user)).status).toBe(403);
    const auditor = (await house.member(['auditor'])).apiKey;
    expect((await uses(ofKey(), t0, t0 + DAY, 'day', auditor)).status).toBe(200);
    const other = (await house.member(['administrator'], house.stranger)).apiKey;
    expect((await uses('', t0, t0 + 2 * DAY, 'day', other)).body).toMatchObject({ count: 0 });
    expect((await uses(ofKey(), t0, t0 + DAY, 'day', other)).status).toBe(404);
  });
});

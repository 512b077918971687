import { beforeEach, describe, expect, it } from 'vitest';
import { lifecycleEventsOf, putLifecycleEvent } from '../keys/lifecycle-event-record.ts';
import { NOW } from '../keys/key-space.fixture.ts';
import { REGION, World, type Account } from '../protocols/key-protect/key-protect.fixture.ts';
import { bringBackEvents } from './bring-back-events.ts';
import { sendEvents, type EventSender } from './send-events.ts';

let world: World;
let account: Account;
let sent: string[];

const keyId = (n: number) => `75e404f3-a6c8-4703-b1ae-${String(n).padStart(12, '0')}`;
const key = (n: number) => ({ tenantId: account.tenant.tenantId, region: REGION, id: keyId(n) });

beforeEach(async () => {
  world = new World();
  account = await world.account();
  sent = [];
});

/** Events for one service, of different keys unless something else is said: then none waits for another. */
async function waiting(service: string, keys: readonly number[], of = keyId): Promise<void> {
  const { tenantId, tenantKey } = account.tenant;
  const writes = keys.map(
    (n) =>
      putLifecycleEvent(tenantKey, undefined, {
        tenantId,
        region: REGION,
        keyId: of(n),
        id: keyId(n),
        revision: 1,
        service,
        kind: 'rotate',
        atMs: NOW,
        keyRevision: n,
        keyState: 'active',
        resources: [],
        resourceCount: 0,
        delivery: { state: 'waiting', attempts: 0, nextAtMs: NOW },
      }).write,
  );
  await world.commit(account.tenant, writes, tenantId);
}

const send = (answer: EventSender['send'], isClockBelieved = () => true) =>
  sendEvents({
    isClockBelieved,
    store: world.store,
    directory: world.directory,
    clock: world.clock,
    random: world.random,
    sender: {
      send(event, instance) {
        sent.push(event.service);
        return answer(event, instance);
      },
    },
  });

describe('events', () => {
  it('of a slow service keep no other waiting: it is told for ten seconds at a time', async () => {
    await waiting('slow.example.com', [1, 2, 3, 4, 5]);
    const slowly: EventSender['send'] = async ({ service }) => {
      if (service.startsWith('slow')) world.clock.set(world.clock() + 6_000);
      return undefined;
    };
    expect(await send(slowly)).toBe(2);
    await waiting('quick.example.com', [6]);
    expect(await send(slowly)).toBe(3);
    expect(sent.filter((service) => service.startsWith('quick'))).toHaveLength(1);
    expect(sent).toHaveLength(5);
    expect(await send(slowly)).toBe(1);
    expect(sent.filter((service) => service.startsWith('slow'))).toHaveLength(5);
  });

  it('for more services than are told at once all get there', async () => {
    const services = Array.from({ length: 20 }, (_, i) => `s${i}.example.com`);
    for (const [i, service] of services.entries()) await waiting(service, [i]);
    expect(await send(async () => undefined)).toBe(20);
    expect(sent.toSorted()).toEqual(services.toSorted());
  });

  it.each([
    ['status-410', 'abandoned'],
    ['status-503', 'waiting'],
    ['status-404', 'waiting'],
  ])('that are answered %s are %s', async (failure, state) => {
    await waiting('gone.example.com', [1]);
    await send(async () => ({ failure }));
    const [event] = await lifecycleEventsOf(world.store, account.tenant.tenantKey, key(1));
    expect(event?.delivery).toMatchObject({ state, failure });
  });

  const YEAR_MS = 365 * 86_400_000;
  const known = async (n = 1) => await lifecycleEventsOf(world.store, account.tenant.tenantKey, key(n));
  const fails: EventSender['send'] = async () => ({ failure: 'status-500' });

  it('are not given up by a clock that jumps, nor forgotten, and are brought back where it put them off', async () => {
    await waiting('away.example.com', [1]);
    world.clock.set(NOW + YEAR_MS);
    // That its service is late is noted first.
    for (let n = 0; n < 2; n++) expect(await send(fails, () => false)).toBe(1);
    expect(await known()).toMatchObject([{ delivery: { state: 'waiting', attempts: 1 } }]);
    world.clock.set(NOW + 60_000);
    expect(await send(async () => undefined)).toBe(0);
    const { store, directory, clock, random } = world;
    expect(await bringBackEvents({ store, directory, clock, random })).toBe(1);
    expect(await bringBackEvents({ store, directory, clock, random })).toBe(0);
    expect(await send(async () => undefined)).toBe(1);
    expect(await known()).toMatchObject([{ atMs: NOW, delivery: { state: 'delivered', attempts: 2 } }]);
  });

  it('are given up after a week and twenty attempts, and what has waited behind them with them', async () => {
    await waiting('dead.example.com', [1, 2, 3], () => keyId(1));
    // That the service is late is noted by one of them.
    for (let n = 0; n < 20; n++) {
      await send(fails);
      world.clock.set(world.clock() + 10 * 3_600_000);
    }
    const states = async () => (await known()).map(({ delivery }) => [delivery.state, delivery.attempts]);
    expect(await states()).toEqual([
      ['waiting', 19],
      ['waiting', 0],
      ['waiting', 0],
    ]);
    for (let n = 0; n < 3; n++) await send(fails);
    expect(await states()).toEqual([
      ['abandoned', 20],
      ['abandoned', 1],
      ['abandoned', 1],
    ]);
  });

  it('whose service cannot be read are put off like any failure, which is said once', async () => {
    await waiting('damaged.example.com', [1]);
    const breaks = () => Promise.reject(new Error('the secret does not open'));
    await expect(send(breaks)).rejects.toThrow(AggregateError);
    expect(await known()).toMatchObject([{ delivery: { state: 'waiting', attempts: 1, failure: 'fault' } }]);
    world.clock.set(world.clock() + 7_000);
    expect(await send(breaks)).toBe(1);
  });

  it.each([
    ['for longer than the first pause', 90_000, 90_000],
    ['for less', 1_000, 5_000],
    ['for a year', 365 * 86_400_000, 6 * 3_600_000],
  ])('wait as long as the service asks to be left alone: %s', async (_, retryAfterMs, leastMs) => {
    await waiting('busy.example.com', [1]);
    await send(async () => ({ failure: 'status-503', retryAfterMs }));
    const [event] = await lifecycleEventsOf(world.store, account.tenant.tenantKey, key(1));
    const nextMs = (event?.delivery.nextAtMs ?? 0) - world.clock();
    expect(nextMs).toBeGreaterThanOrEqual(leastMs);
    expect(nextMs).toBeLessThanOrEqual(leastMs * 1.25);
  });
});

import { describe, expect, it } from 'vitest';
import { Throttle } from '../../pipeline/throttle.ts';
import type { OperationName } from './catalog.ts';
import { keyProtectRoutes } from './endpoint.ts';
import { World } from './key-protect.fixture.ts';
import { rootKey } from './operations/root-key.fixture.ts';
import { rateClassesOf } from './rate-class.ts';

let nowMs = 0;
const rates = { symmetric: { perSecond: 1, burst: 2 }, write: { perSecond: 1, burst: 1 } };

class BoundedWorld extends World {
  readonly throttle = new Throttle(rates, () => nowMs);
  override readonly routes = keyProtectRoutes({ ...this.ports, throttle: this.throttle });
}

describe('rates', () => {
  it.each<[OperationName | undefined, readonly string[]]>([
    ['wrap', ['symmetric']],
    ['unwrap', ['symmetric']],
    ['rewrap', ['symmetric', 'symmetric']],
    ['headKeys', ['read']],
    ['getKey', ['read']],
    ['listRegistrations', ['read']],
    ['rotate', ['write']],
    ['patchKey', ['write']],
    ['purgeKey', ['write']],
    [undefined, ['symmetric']],
  ])('of %s: %j', (name, classes) => {
    expect(rateClassesOf(name)).toEqual(classes);
  });

  it('bound each tenant for itself; what is refused is counted, not recorded one by one', async () => {
    const world = new BoundedWorld();
    const [one, other] = [await world.account('one'), await world.account('other', 'eu-west-1')];
    const key = await rootKey(world, one);
    const wrap = () => world.call(one, one.admin, 'POST', `/keys/${key.id}/actions/wrap`);
    const statuses = [(await wrap()).status, (await wrap()).status];
    const before = world.store.entries().length;
    const refused = await wrap();
    expect([...statuses, refused.status, refused.code]).toEqual([200, 200, 429, 'TOO_MANY_REQUESTS_ERR']);
    expect(world.store.entries()).toHaveLength(before);
    // What asks for nothing counts as well.
    expect((await world.call(one, one.admin, 'POST', '/nothing')).status).toBe(429);
    expect((await world.call(other, other.admin, 'POST', '/nothing')).status).toBe(404);
    // Another class, another allowance.
    expect((await world.call(one, one.admin, 'POST', `/keys/${key.id}/actions/rotate`)).status).toBe(204);
    await world.throttle.flush(world.store, world.clock(), world.random);
    expect(world.store.entries().at(-1)?.leaf.toString()).toContain('"reason":"throttled"');
    nowMs += 1_000;
    expect((await wrap()).status).toBe(200);
  });
});

describe('a request for no operation', () => {
  it.each([
    ['GET', '/nothing', 'NOT_FOUND_ERR'],
    ['POST', '/keys/x?action=explode', 'INVALID_QUERY_PARAM_ERR'],
  ])('%s %s is recorded', async (method, path, code) => {
    const world = new World();
    const account = await world.account();
    expect((await world.call(account, account.admin, method, path)).code).toBe(code);
    const leaf = JSON.parse(world.store.entries().at(-1)?.leaf.toString() ?? '') as object;
    expect(leaf).toMatchObject({ action: 'kms:Unknown', outcome: 'refused', reason: code });
  });
});

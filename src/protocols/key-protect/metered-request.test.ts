import { expect, it } from 'vitest';
import { METERED_MS } from '../../pipeline/request-meter.ts';
import { many, World } from './key-protect.fixture.ts';
import { rootKey } from './operations/root-key.fixture.ts';

it('an instance whose policy wants it has its requests counted, the refused ones too, and no other has', async () => {
  const world = new World();
  const account = await world.account();
  const other = await world.account('other', 'eu-west-1');
  const { admin, tenant } = account;
  const key = await rootKey(world, account);
  const wrap = (actor = admin) => world.call(account, actor, 'POST', `/keys/${key.id}/actions/wrap`);
  const metrics = (enabled: boolean) =>
    world.call(account, admin, 'PUT', '/instance/policies', {
      body: many('policy', [{ policy_type: 'metrics', policy_data: { enabled } }]),
    });
  const gauges = ({ instance } = account) =>
    world.meter
      .lastMinute(instance.instanceId, world.clock())
      .gauges.map(({ api, status, requests }) => `${api} ${status} ${requests}`);
  const nextMinute = () => world.clock.set(world.clock() + METERED_MS);

  await wrap();
  nextMinute();
  expect(gauges()).toEqual([]);

  expect((await metrics(true)).status).toBe(204);
  const stranger = await world.actor(tenant, 'stranger', []);
  const statuses = [await wrap(), await wrap(), await wrap(stranger)].map(({ status }) => status);
  statuses.push((await world.call(account, admin, 'GET', '/keys/nobody')).status);
  statuses.push((await world.call(account, admin, 'GET', '/kmip_adapters')).status);
  statuses.push((await world.call(account, admin, 'GET', '/keys', { headers: { authorization: 'Basic x' } })).status);
  statuses.push((await world.call(other, other.admin, 'GET', '/keys')).status);
  expect(statuses).toEqual([200, 200, 401, 404, 501, 400, 200]);
  nextMinute();
  expect(gauges()).toEqual([
    'kms.kmip-management.list 501 1',
    'kms.secrets.read 404 1',
    'kms.secrets.wrap 200 2',
    'kms.secrets.wrap 401 1',
  ]);
  expect(gauges(other)).toEqual([]);

  await metrics(false);
  await wrap();
  nextMinute();
  // That which switched it off was the last.
  expect(gauges()).toEqual(['kms.instance-policies.write 204 1']);
});

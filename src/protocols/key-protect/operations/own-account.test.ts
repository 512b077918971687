import { expect, it } from 'vitest';
import { World } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

const world = new World();
const account = await world.account();
const stranger = await world.account('stranger');
const allowsAll = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
});
const key = await rootKey(world, account, { accessPolicy: allowsAll });

/** Each as its counterpart on the AWS wire: "Cross-account use", in the API reference. */
it.each<[string, string, string, number, object?]>([
  ['uses it', 'POST', '/actions/wrap', 200, {}],
  ['reads its metadata', 'GET', '/metadata', 200],
  ['reads its policies', 'GET', '/policies', 200],
  ['does not disable it', 'POST', '/actions/disable', 401],
  ['does not enable it', 'POST', '/actions/enable', 401],
  ['does not rotate it', 'POST', '/actions/rotate', 401],
  ['does not move it', 'PATCH', '', 401, { keyRingID: 'default' }],
  ['does not tell services of it', 'POST', '/actions/sync', 401],
  ['does not list its versions', 'GET', '/versions', 401],
  ['does not change its policies', 'PUT', '/policies', 401, { resources: [{ dualAuthDelete: { enabled: true } }] }],
  ['does not name it', 'POST', '/aliases/theirs', 401],
  ['does not delete it', 'DELETE', '', 401],
])('whom the policy of a key of another account allows everything %s', async (_, method, below, status, body) => {
  const answer = await world.call(account, stranger.admin, method, `/keys/${key.id}${below}`, body && { body });
  expect(answer.status).toBe(status);
});

it('the account itself may', async () => {
  const act = (action: string) => world.call(account, account.admin, 'POST', `/keys/${key.id}/actions/${action}`);
  expect((await act('rotate')).status).toBe(204);
  expect((await act('disable')).status).toBe(204);
});

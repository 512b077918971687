import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { NOW } from '../../../keys/key-space.fixture.ts';
import { World } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

it('no plaintext, key, ciphertext, aad or token of the actions comes into a record or an entry', async () => {
  const world = new World();
  const account = await world.account();
  const [material, next, secret] = [randomBytes(32), randomBytes(32), randomBytes(40)];
  const key = await rootKey(world, account, { material });
  const aad = ['canary-of-the-aad'];
  const commits: string[] = [];
  const commit = world.store.commit.bind(world.store);
  const record = world.store.record.bind(world.store);
  world.store.commit = (one) => {
    commits.push(
      JSON.stringify(one),
      ...one.writes.map((write) => ('put' in write ? write.put.body.toString('latin1') : '')),
    );
    return commit(one);
  };
  world.store.record = (one) => {
    commits.push(JSON.stringify(one));
    return record(one);
  };
  const act = async (action: string, body: object) =>
    (await world.call(account, account.admin, 'POST', `/keys/${key.id}/actions/${action}`, { body })).body;
  const { ciphertext } = await act('wrap', { plaintext: secret.toString('base64'), aad });
  const fresh = await act('wrap', {});
  await act('rotate', { payload: next.toString('base64') });
  await act('unwrap', { ciphertext, aad });
  await act('unwrap', { ciphertext, aad: ['wrong-canary'] });
  await act('rewrap', { ciphertext, aad });
  await act('wrap', { plaintext: secret.toString('base64'), wrong: secret.toString('base64') });
  world.clock.set(NOW + 1);
  expect(commits.length).toBeGreaterThan(6);
  const all = commits.join('\n');
  const dataKey = Buffer.from(fresh.plaintext, 'base64');
  for (const bytes of [material, next, secret, dataKey]) {
    for (const text of [bytes.toString('base64'), bytes.toString('hex'), bytes.toString('latin1')]) {
      expect(all.includes(text)).toBe(false);
    }
    expect(all.includes(bytes.join(','))).toBe(false);
  }
  for (const text of [ciphertext, ...aad, 'wrong-canary', account.admin.token]) expect(all.includes(text)).toBe(false);
});

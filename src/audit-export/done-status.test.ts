import { expect, it } from 'vitest';
import { SALT_BYTES } from '../audit/entry-frame.ts';
import { readEntry } from '../audit/told-entry.ts';
import { one, World, type Account } from '../protocols/key-protect/key-protect.fixture.ts';
import { CONTEXT } from './acts.fixture.ts';
import { cadfOf } from './cadf.ts';

const HOUR = 3_600_000;
const KEY = one('key', { name: 'made', extractable: false });
const DUAL = (enabled: boolean) => one('policy', { dualAuthDelete: { enabled } });
const INSTANCE_DUAL = one('policy', { policy_type: 'dualAuthDelete', policy_data: { enabled: false } });

/** Requests of IBM's wire in their order; `{k}` is the key that was made last. */
const REQUESTS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['POST', '/keys', KEY],
  ['GET', '/keys'],
  ['HEAD', '/keys'],
  ['GET', '/keys/{k}'],
  ['GET', '/keys/{k}/metadata'],
  ['GET', '/keys/{k}/versions'],
  ['POST', '/keys/{k}/actions/wrap', { plaintext: 'AAAA' }],
  ['POST', '/keys/{k}/actions/rotate'],
  ['POST', '/keys/{k}/actions/sync'],
  ['POST', '/keys/{k}/aliases/name-of-it'],
  ['DELETE', '/keys/{k}/aliases/name-of-it'],
  ['POST', '/key_rings/ring-of-it'],
  ['PATCH', '/keys/{k}', { keyRingID: 'ring-of-it' }],
  ['GET', '/key_rings'],
  ['PATCH', '/keys/{k}', { keyRingID: 'default' }],
  ['DELETE', '/key_rings/ring-of-it'],
  ['POST', '/import_token', {}],
  ['GET', '/import_token'],
  ['PUT', '/instance/policies', INSTANCE_DUAL],
  ['GET', '/instance/policies'],
  ['POST', '/keys/{k}/actions/disable'],
  ['POST', '/keys/{k}/actions/enable'],
  ['DELETE', '/keys/{k}'],
  ['POST', '/keys/{k}/restore'],
  ['DELETE', '/keys/{k}'],
  ['DELETE', '/keys/{k}/purge'],
  [
    'POST',
    '/keys_with_policy_overrides',
    one('key', { name: 'two', extractable: false, dualAuthDelete: { enabled: true } }),
  ],
  ['GET', '/keys/{k}/policies'],
  ['PUT', '/keys/{k}/policies', DUAL(true)],
  ['POST', '/keys/{k}/actions/setKeyForDeletion'],
  ['POST', '/keys/{k}/actions/unsetKeyForDeletion'],
];

/** What comes hours after the one before. */
const LONG = new Set(['/keys/{k}/actions/sync', '/keys/{k}/purge']);

it('of every act of IBM’s wire is what its client was answered', async () => {
  const world = new World();
  const account = await world.account();
  let keyId = '';
  for (const [method, path, body] of REQUESTS) {
    // Whatever has to wait has waited.
    world.clock.set(world.clock() + (LONG.has(path) ? 5 * HOUR : 60_000));
    const answer = await world.call(account, account.admin, method, path.replace('{k}', keyId), {
      ...(body !== undefined && { body }),
    });
    expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status < 300)]);
    const made = answer.body?.resources?.[0]?.id as string | undefined;
    if (path.startsWith('/keys') && made !== undefined && method === 'POST' && !path.includes('{k}')) keyId = made;
    expect([method, path, reasonOfLast(world, account)]).toEqual([method, path, answer.status]);
  }
});

function reasonOfLast({ store }: World, { tenant }: Account): number {
  const { leaf, details } = store.entries().at(-1)!;
  const entry = readEntry(tenant.tenantId, { index: 0, leaf, details: details.subarray(SALT_BYTES) });
  return (cadfOf({ ...entry, entries: [entry] }, CONTEXT) as { reason: { reasonCode: number } }).reason.reasonCode;
}

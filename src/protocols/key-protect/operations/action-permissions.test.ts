import { beforeAll, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import { NOW } from '../../../keys/key-space.fixture.ts';
import { World, type Account, type Actor } from '../key-protect.fixture.ts';
import { changeKey, rootKey } from './root-key.fixture.ts';

const world = new World();
let account: Account;
let nobody: Actor;
let ciphertext: string;
let key: Key;

beforeAll(async () => {
  account = await world.account();
  nobody = await world.actor(account.tenant, 'nobody', []);
  key = await rootKey(world, account);
  ciphertext = (await act(account.admin, 'wrap', { plaintext: 'c2VjcmV0' })).body.ciphertext;
});

const act = (actor: Actor, action: string, body?: unknown) =>
  world.call(account, actor, 'POST', `/keys/${key.id}/${action === 'restore' ? action : `actions/${action}`}`, {
    body,
  });

/** The key as it was made, with a policy of statements besides that of the account. */
function withPolicy(...statements: object[]): Promise<void> {
  const own = { Effect: 'Allow', Principal: { AWS: account.tenant.accountId }, Action: 'kms:*', Resource: '*' };
  const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [own, ...statements] });
  return changeKey(world, account, key.id, { ...key, accessPolicy });
}

interface Wanted {
  readonly what: string;
  readonly action: string;
  readonly body?: () => unknown;
  readonly needs: readonly string[];
  readonly before?: Partial<Key>;
}

const WANTED: readonly Wanted[] = [
  { what: 'wrap', action: 'wrap', body: () => ({ plaintext: 'c2VjcmV0' }), needs: ['kms:Encrypt'] },
  { what: 'wrap without plaintext', action: 'wrap', needs: ['kms:GenerateDataKey'] },
  { what: 'unwrap', action: 'unwrap', body: () => ({ ciphertext }), needs: ['kms:Decrypt'] },
  { what: 'rewrap', action: 'rewrap', body: () => ({ ciphertext }), needs: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'] },
  { what: 'rotate', action: 'rotate', needs: ['kms:RotateKeyOnDemand'] },
  { what: 'disable', action: 'disable', needs: ['kms:DisableKey'] },
  {
    what: 'enable',
    action: 'enable',
    needs: ['kms:EnableKey'],
    before: { state: 'suspended', stateChangedAtMs: NOW - 30_000 },
  },
  {
    // It is switched on by it, even if it was switched off before it was deleted.
    what: 'restore',
    action: 'restore',
    needs: ['kms:CancelKeyDeletion', 'kms:EnableKey'],
    before: { state: 'deleted', removal: { atMs: NOW - 30_000, by: 'IBMid-1' } },
  },
];
const ALL = [...new Set(WANTED.flatMap(({ needs }) => needs))];

describe.each(WANTED)('$what', ({ action, body, needs, before = {} }) => {
  const attempt = async (actor: Actor, ...statements: object[]) => {
    await withPolicy(...statements);
    await changeKey(world, account, key.id, before);
    return act(actor, action, body?.());
  };
  const said = (Effect: string, Action: readonly string[]) => {
    const AWS = `arn:aws:iam::${account.tenant.accountId}:user/nobody`;
    return { Effect, Principal: { AWS }, Action, Resource: '*' };
  };

  it('is allowed by exactly its permissions', async () => {
    expect((await attempt(nobody, said('Allow', needs))).status).toBeLessThan(300);
  });

  it('is refused to who has all others, without a reason', async () => {
    const others = ALL.filter((one) => !needs.includes(one));
    for (const missing of needs) {
      const rest = needs.filter((one) => one !== missing);
      const { status, body: told } = await attempt(nobody, said('Allow', [...others, ...rest]));
      expect(status).toBe(401);
      expect(told.resources).toEqual([
        { errorMsg: 'Unauthorized: The user does not have access to the specified resource' },
      ]);
    }
  });

  it('is refused to an administrator whom the policy of the key denies it, on any wire', async () => {
    for (const one of needs) {
      const denied = { Effect: 'Deny', Principal: '*', Action: one, Resource: '*' };
      expect((await attempt(account.admin, denied)).status).toBe(401);
    }
  });

  it('is refused to a stranger as if there were nothing', async () => {
    await withPolicy();
    const other = await world.account(`other-${action}-${needs.length}`, 'eu-west-1');
    expect((await act(other.admin, action, body?.())).status).toBe(401);
  });

  it('leaves an entry that names each permission', async () => {
    const seen = world.store.entries().length;
    await attempt(account.admin);
    const actions = world.store
      .entries()
      .slice(seen)
      .map(({ leaf }) => JSON.parse(leaf.toString()) as { action: string; key?: string; outcome: string })
      .filter(({ action: name }) => name.startsWith('kms:'));
    expect(actions.map(({ action: name }) => name)).toEqual([...needs]);
    expect(actions.every((entry) => entry.key === key.id && entry.outcome === 'done')).toBe(true);
  });
});

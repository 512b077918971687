import { beforeEach, describe, expect, it } from 'vitest';
import { KEY_ROLES, type KeyRole, type Reach } from '../../identity/key-roles.ts';
import { ROLE_MATRIX } from '../../identity/role-matrix.fixture.ts';
import { createKeyRing } from '../../keys/key-ring.ts';
import type { Put } from '../../records/commit.ts';
import { CATALOG, type OperationName } from './catalog.ts';
import { requestOf } from './every-request.fixture.ts';
import { REGION, World, type Account, type Actor } from './key-protect.fixture.ts';
import { OPERATIONS } from './operations.ts';
import { rootKey } from './operations/root-key.fixture.ts';

const RING = 'payments';

let world: World;
let account: Account;

/** A world of its own for each test: what is made in a store in memory is dear where there is much. */
beforeEach(async () => {
  world = new World();
  account = await world.account();
  const { writes } = createKeyRing(account.instance, RING, undefined, 'test', world.clock());
  await world.commit(account.tenant, writes as Put[], account.tenant.tenantId);
});

const ROLES = Object.keys(KEY_ROLES) as KeyRole[];
const NAMES = (Object.keys(CATALOG) as OperationName[]).filter((name) => OPERATIONS[name] !== 'not-implemented');

/** What a right over a ring, or over a key, does not reach, whatever the role. */
const BEYOND: Readonly<Record<Reach, ReadonlySet<OperationName>>> = {
  instance: new Set(),
  // To move a key takes a right over both rings.
  ring: new Set(['listKeyRings', 'createKeyRing', 'deleteKeyRing', 'patchKey', ...ofInstance()]),
  key: new Set([
    'patchKey',
    'listKeyRings',
    'createKeyRing',
    'deleteKeyRing',
    'headKeys',
    'listKeys',
    'createKey',
    'createKeyWithPolicyOverrides',
    'createImportToken',
    'getImportToken',
    'listRegistrations',
    ...ofInstance(),
  ]),
};

function ofInstance(): OperationName[] {
  return ['getInstancePolicies', 'putInstancePolicies', 'getAllowedIpPort'];
}

interface Wrapping {
  readonly id: string;
  readonly ciphertext: string;
}

async function newKey(keyRing: string = RING): Promise<Wrapping> {
  const { id } = await rootKey(world, account, keyRing === 'default' ? {} : { fields: { keyRing } });
  const { body } = await world.call(account, account.admin, 'POST', `/keys/${id}/actions/wrap`, {
    body: { plaintext: 'AAAA' },
  });
  return { id, ciphertext: body.ciphertext as string };
}

let actors = 0;

/** Somebody with one role, and how a request is sent that is within its reach. */
async function holderOf(role: KeyRole, reach: Reach, keyId: string): Promise<Actor> {
  const actor = await world.actor(account.tenant, `holder-${++actors}`, []);
  const scope = { instance: {}, ring: { keyRing: RING }, key: { keyId } }[reach];
  await world.assign(account, actor, { roles: [role], region: REGION, ...scope });
  return actor;
}

/** Somebody with one role over one key, except where that means nothing. */
const meansNothing = (role: KeyRole, reach: Reach) => reach === 'key' && role === 'KmipAdapterManager';

describe.each<Reach>(['instance', 'ring', 'key'])('over one %s', (reach) => {
  it.each(NAMES)('roles may %s as the matrix says', async (name) => {
    const may: KeyRole[] = [];
    for (const role of ROLES.filter((one) => !meansNothing(one, reach))) {
      const { id, ciphertext } = await newKey();
      const actor = await holderOf(role, reach, id);
      const { method, path, departure } = requestOf(name, id, ciphertext);
      const headers = reach === 'ring' ? { 'x-kms-key-ring': RING } : {};
      const { status } = await world.call(account, actor, method, path, { ...departure, headers });
      expect([name, role, status]).toEqual([name, role, expect.not.stringMatching(/^5/)]);
      // Registrations are the services' own: IBM tells everybody else so.
      if (status !== 401 && status !== 403) may.push(role);
    }
    const expected = BEYOND[reach].has(name) ? [] : (ROLE_MATRIX[CATALOG[name].event] ?? []);
    expect([name, may]).toEqual([name, expected.filter((role) => !meansNothing(role, reach))]);
  });
});

describe('a right over a ring', () => {
  it.each(NAMES)('gives nothing elsewhere: %s', async (name) => {
    const { id, ciphertext } = await newKey('default');
    const actor = await holderOf('Manager', 'ring', id);
    const { method, path, departure } = requestOf(name, id, ciphertext);
    expect([401, 403]).toContain((await world.call(account, actor, method, path, departure)).status);
  });
});

describe('a key whose own policy', () => {
  const whole = () => ({
    Effect: 'Allow',
    Principal: { AWS: account.tenant.accountId },
    Action: 'kms:*',
    Resource: '*',
  });
  const asked = async (Statement: readonly object[], action: 'wrap' | 'disable') => {
    const key = await rootKey(world, account, {
      accessPolicy: JSON.stringify({ Version: '2012-10-17', Statement }),
    });
    const manager = await holderOf('Manager', 'instance', key.id);
    const { method, path, departure } = requestOf(action, key.id, '');
    return (await world.call(account, manager, method, path, departure)).status;
  };

  it('leaves it to the account is open to roles', async () => {
    expect([await asked([whole()], 'wrap'), await asked([whole()], 'disable')]).toEqual([200, 204]);
  });

  it('denies is closed to them, for what it denies', async () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt', Resource: '*' };
    expect([await asked([whole(), deny], 'wrap'), await asked([whole(), deny], 'disable')]).toEqual([401, 204]);
  });

  it('names others alone is closed to them', async () => {
    const other = { ...whole(), Principal: { AWS: `arn:aws:iam::${account.tenant.accountId}:user/admin` } };
    expect([await asked([other], 'wrap'), await asked([other], 'disable')]).toEqual([401, 401]);
  });
});

describe('a stranger', () => {
  it.each(NAMES)('may nothing: %s', async (name) => {
    const { id, ciphertext } = await newKey();
    const { method, path, departure } = requestOf(name, id, ciphertext);
    const asked = (actor: Actor, more = departure) => world.call(account, actor, method, path, more);
    expect((await asked({ id: '', token: 'nobody' })).status).toBe(401);
    expect((await asked({ id: '', token: '' }, { ...departure, headers: { authorization: '' } })).status).toBe(400);
    const stranger = await world.account('two');
    expect([401, 403]).toContain((await asked(stranger.admin)).status);
    const nobody = await world.actor(account.tenant, `nobody-${++actors}`, []);
    expect([401, 403]).toContain((await asked(nobody)).status);
  });

  it.each(NAMES.filter((name) => name !== 'acknowledgeEvent'))(
    'is not told by %s whether there is such a key',
    async (name) => {
      const { ciphertext } = await newKey();
      const ask = (actor: Actor, id: string) => {
        const { method, path, departure } = requestOf(name, id, ciphertext);
        return world.call(account, actor, method, path, departure);
      };
      const other = await world.account('two');
      const strangers = [other.admin, await world.service(other.tenant, `stranger-${++actors}.example.com`)];
      for (const stranger of strangers)
        for (const id of ['02fd6835-6001-4482-a892-13bd2085f75d', 'nothing-of-this-name'])
          expect([401, 403]).toContain((await ask(stranger, id)).status);
    },
  );
});

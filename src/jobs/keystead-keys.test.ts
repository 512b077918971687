import { describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { environmentCrn } from '../vault/environments/environment-crn.ts';
import { KeysteadMasterKey } from '../vault/master-keys/keystead.ts';
import { parseKeysteadArn, type KeysteadArn } from '../vault/master-keys/keystead-arn.ts';
import { masterKeyContract } from '../vault/master-keys/master-key.contract.ts';
import type { Key } from '../keys/key.ts';
import { registrationsOf } from '../keys/registration-record.ts';
import { World, type Account } from '../protocols/key-protect/key-protect.fixture.ts';
import { changeKey, rootKey } from '../protocols/key-protect/operations/root-key.fixture.ts';
import { keysteadOf } from './keystead-keys.ts';
import { letGo, letUse, type KeysteadRightsPorts, type Saver } from './keystead-rights.ts';

const ENVIRONMENT = { id: 'e-1', label: 'production' };

interface House {
  readonly world: World;
  readonly account: Account;
  readonly ports: KeysteadRightsPorts;
  readonly saver: Saver;
  readonly masterKey: (key: Key, environmentId?: string) => KeysteadMasterKey;
  readonly allow: (key: Key, environmentId?: string) => Promise<void>;
  readonly arnOf: (key: Key) => string;
  readonly CONTEXT: { tenant: string; environment: string; purpose: 'data'; key: string };
}

async function house(): Promise<House> {
  const world = new World();
  const account = await world.account();
  const { directory, keys, grants, store: records, pipeline, clock, random } = world;
  const ports = { directory, keys, grants, records, pipeline, clock, random };
  const { tenant } = account;
  const proof = await directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(account.admin.token)));
  if (proof === undefined) throw new TypeError('no such credential');
  const saver = { principal: proof.principal, requestId: 'r-1', source: { protocol: 'admin', address: '127.0.0.1' } };
  const arnOf = ({ region, id }: Key): string => `arn:aws:kms:${region}:${tenant.accountId}:key/${id}`;
  return {
    world,
    account,
    ports,
    saver,
    arnOf,
    masterKey: (key, environment = ENVIRONMENT.id) =>
      new KeysteadMasterKey(
        keysteadOf(ports)(tenant.tenantId, environment, 'run-1'),
        parseKeysteadArn(arnOf(key)) as KeysteadArn,
        { tenant: tenant.tenantId, environment },
      ),
    allow: (key, id = ENVIRONMENT.id) => letUse(ports, saver, tenant, { ...ENVIRONMENT, id }, arnOf(key)),
    CONTEXT: { tenant: tenant.tenantId, environment: ENVIRONMENT.id, purpose: 'data', key: '0'.repeat(32) },
  };
}

masterKeyContract('keystead in process, each key with a policy that lets everybody', async () => {
  const { world, account, masterKey } = await house();
  const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
  const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const [key, other] = [
    await rootKey(world, account, { accessPolicy }),
    await rootKey(world, account, { accessPolicy }),
  ];
  const { state, versions } = key;
  const set = (fields: Partial<Key>) => () => changeKey(world, account, key.id, fields);
  return {
    key: masterKey(key),
    other: masterKey(other),
    states: {
      disabled: set({ state: 'suspended' }),
      expired: set({ state: 'deactivated' }),
      'pending-deletion': set({
        state: 'pending-deletion',
        deletion: { scheduledAtMs: world.clock(), dueAtMs: world.clock() + 604_800_000 },
      } as Partial<Key>),
      'material-missing': set({ versions: [] }),
    },
    heal: () => changeKey(world, account, key.id, { state, versions, deletion: undefined } as unknown as Partial<Key>),
  };
});

describe('an environment and a key of this installation', () => {
  it('may nothing before it is let, and nothing after', async () => {
    const { world, account, ports, masterKey, allow, arnOf, CONTEXT } = await house();
    const key = await rootKey(world, account);
    const master = masterKey(key);
    await expect(master.generate(CONTEXT)).rejects.toMatchObject({ code: 'denied' });
    await expect(master.inspect()).rejects.toMatchObject({ code: 'denied' });
    await allow(key);
    const { dataKey, wrapped } = await master.generate(CONTEXT);
    expect(await master.unwrap(wrapped, CONTEXT)).toEqual(dataKey);
    await letGo(ports, account.tenant, ENVIRONMENT.id, arnOf(key));
    await expect(master.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'denied' });
    // Giving up twice is no error.
    await letGo(ports, account.tenant, ENVIRONMENT.id, arnOf(key));
  });

  it('uses a key under its own encryption context alone', async () => {
    const { world, account, masterKey, allow, CONTEXT } = await house();
    const key = await rootKey(world, account);
    await allow(key);
    const other = { ...CONTEXT, environment: 'e-2' };
    await expect(masterKey(key).generate(other)).rejects.toMatchObject({ code: 'denied' });
    await expect(masterKey(key, 'e-2').generate(CONTEXT)).rejects.toMatchObject({ code: 'denied' });
    await expect(masterKey(key).generate({ ...CONTEXT, tenant: 't-2' })).rejects.toMatchObject({ code: 'denied' });
  });

  it('is dark as soon as the key is off, and bright when it is on', async () => {
    const { world, account, masterKey, allow, CONTEXT } = await house();
    const key = await rootKey(world, account);
    await allow(key);
    const { dataKey, wrapped } = await masterKey(key).generate(CONTEXT);
    await changeKey(world, account, key.id, { state: 'suspended' });
    await expect(masterKey(key).unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'disabled' });
    expect(await masterKey(key).inspect()).toMatchObject({ state: 'disabled', suitable: true });
    await changeKey(world, account, key.id, { state: 'active' });
    expect(await masterKey(key).unwrap(wrapped, CONTEXT)).toEqual(dataKey);
  });

  it('needs kms:CreateGrant of who saves it', async () => {
    const { world, account, ports, saver, arnOf } = await house();
    const key = await rootKey(world, account);
    const { token } = await world.actor(account.tenant, 'bob', []);
    const proof = await ports.directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(token)));
    const bob = { ...saver, principal: proof?.principal as Saver['principal'] };
    await expect(letUse(ports, bob, account.tenant, ENVIRONMENT, arnOf(key))).rejects.toMatchObject({
      name: 'AccessDeniedError',
      action: 'kms:CreateGrant',
    });
  });

  it('is had of a backup administrator, who makes no other grant', async () => {
    const { world, account, ports, saver, arnOf } = await house();
    const key = await rootKey(world, account);
    const { token } = await world.actor(account.tenant, 'betty', ['backup-administrator']);
    const proof = await ports.directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(token)));
    const betty = { ...saver, principal: proof?.principal as Saver['principal'] };
    await letUse(ports, betty, account.tenant, ENVIRONMENT, arnOf(key));
    expect(await ports.grants.ofGrantee(account.instance, key, `principal:${granteeOf(account)}`)).toHaveLength(1);
  });

  it('is registered with the key, once, which holds its deletion back', async () => {
    const { world, account, allow, ports, arnOf } = await house();
    const key = await rootKey(world, account);
    await allow(key);
    await allow(key);
    const crn = environmentCrn(key.region, account.tenant.accountId, ENVIRONMENT.id);
    const registered = () => registrationsOf(world.store, account.tenant.tenantKey, key);
    expect(await registered()).toMatchObject([{ resourceCrn: crn, service: 'keystead', preventsDeletion: false }]);
    expect(await ports.grants.ofGrantee(account.instance, key, `principal:${granteeOf(account)}`)).toHaveLength(1);
    const refused = await world.call(account, account.admin, 'DELETE', `/keys/${key.id}`);
    expect([refused.status, refused.code]).toEqual([409, 'PROTECTED_RESOURCE_ERR']);
    await letGo(ports, account.tenant, ENVIRONMENT.id, arnOf(key));
    expect(await registered()).toEqual([]);
    expect((await world.call(account, account.admin, 'DELETE', `/keys/${key.id}`)).status).toBe(204);
  });

  it('says of a key that is not there that it is deleted', async () => {
    const { world, account, masterKey, CONTEXT } = await house();
    const key = await rootKey(world, account);
    const gone = { ...key, id: '00000000-0000-4000-8000-000000000000' };
    await expect(masterKey(gone).generate(CONTEXT)).rejects.toMatchObject({ code: 'deleted' });
  });

  it('leaves an entry of every answer, in the name of the environment, with nothing secret in it', async () => {
    const { world, account, masterKey, allow, CONTEXT } = await house();
    const key = await rootKey(world, account);
    await allow(key);
    const { dataKey, wrapped } = await masterKey(key).generate(CONTEXT);
    await masterKey(key).unwrap(wrapped, CONTEXT);
    await expect(masterKey(key).unwrap(wrapped, { ...CONTEXT, key: '1'.repeat(32) })).rejects.toMatchObject({
      code: 'wrong-context-or-tampered',
    });
    const read = world.store.entries().map(({ leaf, details }) => ({
      ...(JSON.parse(String(leaf)) as Record<string, string>),
      text: String(details),
    }));
    const own = read.filter((entry) => (entry as Record<string, string>)['principal'] === granteeOf(account));
    expect(own).toMatchObject([
      { action: 'kms:GenerateDataKey', outcome: 'done', request: 'run-1' },
      { action: 'kms:Decrypt', outcome: 'done', request: 'run-1' },
      { action: 'kms:Decrypt', outcome: 'refused', request: 'run-1' },
    ]);
    const text = own.map((entry) => entry.text).join('');
    expect(text).toContain('keystead:purpose');
    expect(text).not.toContain(dataKey.toString('base64'));
    expect(text).not.toContain(wrapped.toString('base64'));
  });

  it('uses a key of another account where that lets it', async () => {
    const { world, account, ports, saver, CONTEXT } = await house();
    const owner = await world.account('two');
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account.tenant.accountId}:root` },
      Action: 'kms:CreateGrant',
      Resource: '*',
    };
    const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const key = await rootKey(world, owner, { accessPolicy });
    const arn = `arn:aws:kms:${key.region}:${owner.tenant.accountId}:key/${key.id}`;
    await letUse(ports, saver, account.tenant, ENVIRONMENT, arn);
    const ask = keysteadOf(ports)(account.tenant.tenantId, ENVIRONMENT.id);
    const owned = { tenant: account.tenant.tenantId, environment: ENVIRONMENT.id };
    const master = new KeysteadMasterKey(ask, parseKeysteadArn(arn) as KeysteadArn, owned);
    const { dataKey, wrapped } = await master.generate(CONTEXT);
    expect(await master.unwrap(wrapped, CONTEXT)).toEqual(dataKey);
    const logs = world.store
      .entries()
      .filter(({ leaf }) => String(leaf).includes('"kms:Decrypt"'))
      .map(({ log }) => log);
    expect(logs).toEqual([account.tenant.tenantId, owner.tenant.tenantId]);
  });
});

function granteeOf({ tenant }: Account): string {
  return `arn:aws:keystead::${tenant.accountId}:environment/${ENVIRONMENT.id}`;
}

import { beforeEach, describe, expect, it } from 'vitest';
import { issueAccessKey } from '../../identity/credential.ts';
import { makeService, putService, SERVICE_NAME, type Service } from '../../identity/service.ts';
import type { Write } from '../../records/commit.ts';
import { World, type Account, type Actor } from './endpoint.fixture.ts';

const NAME = 'backup.example.com';
const DENIED = { status: 400, type: 'AccessDeniedException' };
const SOURCE = 'arn:aws:backup:eu-central-1:111122223333:plan/nightly';

let world: World;
let host: Account;
let customer: Account;
let service: Service;
let actor: Actor;
let KeyId: string;

async function commit(...writes: Write[]): Promise<void> {
  const { tenantId } = host.tenant;
  const entry = { tenantId, timeMs: world.clock(), principal: 'test', action: 'test:SetUp', requestId: 'r' } as const;
  const rest = { outcome: 'done', change: true, details: {}, salt: world.random(16) } as const;
  await world.store.commit({ writes, entries: [{ ...entry, ...rest }] });
}

beforeEach(async () => {
  world = new World();
  host = await world.account('host');
  customer = await world.account('customer');
  const made = makeService(host.tenant, NAME, world.clock(), world.random);
  service = made.service;
  const issue = { holder: 'service' } as const;
  const key = issueAccessKey(host.tenant, service.id, undefined, world.clock(), world.random, issue);
  await commit(made.write, key.write);
  const { principal } = (await world.directory.byAccessKey(key.credential.id)) ?? {};
  actor = { principal: principal!, accessKeyId: key.credential.id, secret: key.secret.toString('ascii') };
  KeyId = (await world.call(customer.admin, 'CreateKey')).body.KeyMetadata.Arn;
});

const encrypt = (who: Actor, headers: Record<string, string> = {}, KeyArn = KeyId) =>
  world.call(who, 'Encrypt', { KeyId: KeyArn, Plaintext: Buffer.from('x') }, { headers });

const naming = (principal: object | string, Condition: object = {}) =>
  world.call(customer.admin, 'PutKeyPolicy', {
    KeyId,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: customer.accountId }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: principal, Action: 'kms:Encrypt', Resource: '*', Condition },
      ],
    }),
  });

describe('a service', () => {
  it('may in any tenant what the policy of a key gives its name, and both logs hear of it', async () => {
    expect(await encrypt(actor)).toMatchObject(DENIED);
    expect((await naming({ Service: NAME })).status).toBe(200);
    expect((await encrypt(actor)).status).toBe(200);
    const logs = world.store
      .entries()
      .map(
        ({ leaf }) =>
          JSON.parse(String(leaf)) as { tenant: string; action: string; outcome: string; principal: string },
      )
      .filter(({ action, outcome }) => action === 'kms:Encrypt' && outcome === 'done');
    expect(logs.map(({ tenant }) => tenant)).toEqual([host.tenant.tenantId, customer.tenant.tenantId]);
    expect(logs[0]?.principal).toBe(`arn:aws:iam::000000000000:service/${NAME}`);
  });

  it.each<[string, () => object | string]>([
    ['everybody', () => '*'],
    ['another service', () => ({ Service: 'restore.example.com' })],
    ['the tenant that hosts it', () => ({ AWS: host.accountId })],
  ])('is not meant by a policy that names %s', async (_, principal) => {
    expect((await naming(principal())).status).toBe(200);
    expect(await encrypt(actor)).toMatchObject(DENIED);
  });

  it('has no rights in the tenant that hosts it either, and makes no keys', async () => {
    const { Arn } = (await world.call(host.admin, 'CreateKey')).body.KeyMetadata;
    expect(await encrypt(actor, {}, Arn)).toMatchObject(DENIED);
    expect(await world.call(actor, 'CreateKey')).toMatchObject(DENIED);
    expect(await world.call(actor, 'ListKeys')).toMatchObject(DENIED);
  });

  it('says for whom it acts, and nobody else is believed', async () => {
    await naming(
      { Service: NAME },
      { ArnEquals: { 'aws:SourceArn': SOURCE }, StringEquals: { 'aws:SourceAccount': '1' } },
    );
    const headers = { 'x-amz-source-arn': SOURCE, 'x-amz-source-account': '1' };
    expect((await encrypt(actor, headers)).status).toBe(200);
    expect(await encrypt(actor)).toMatchObject(DENIED);
    expect(await encrypt(actor, { ...headers, 'x-amz-source-arn': `${SOURCE}x` })).toMatchObject(DENIED);
    await naming({ AWS: host.accountId }, { ArnEquals: { 'aws:SourceArn': SOURCE } });
    expect(await encrypt(host.admin, headers)).toMatchObject(DENIED);
    await naming({ AWS: host.accountId });
    expect((await encrypt(host.admin, headers)).status).toBe(200);
  });

  it('may what a grant gives it, for the resource that the grant names', async () => {
    const granted = await world.call(customer.admin, 'CreateGrant', {
      KeyId,
      GranteeServicePrincipal: NAME,
      RetiringServicePrincipal: NAME,
      Operations: ['Encrypt'],
      Constraints: { SourceArn: SOURCE },
    });
    expect(granted.status).toBe(200);
    expect((await encrypt(actor, { 'x-amz-source-arn': SOURCE })).status).toBe(200);
    expect(await encrypt(actor)).toMatchObject(DENIED);
    await world.call(customer.admin, 'RevokeGrant', { KeyId, GrantId: granted.body.GrantId });
    expect(await encrypt(actor, { 'x-amz-source-arn': SOURCE })).toMatchObject(DENIED);
  });

  it('is refused everywhere once it is suspended', async () => {
    await naming({ Service: NAME });
    await commit(putService(host.tenant, { ...service, state: 'suspended' }).write);
    expect(await encrypt(actor)).toMatchObject({ type: 'UnrecognizedClientException' });
  });

  it.each([
    ['backup.example.com', true],
    ['a-1.b', true],
    ['localhost', false],
    ['Backup.example.com', false],
    ['.example.com', false],
    ['a..b', false],
    ['a.b-', false],
    ['a.b\n', false],
    ['bäckup.example.com', false],
    [`${'a'.repeat(125)}.bc`, true],
    [`${'a'.repeat(126)}.bc`, false],
  ])('has a name of letters, digits, hyphens and points: %j %s', (name, isName) =>
    expect(SERVICE_NAME.test(name)).toBe(isName),
  );
});

import { beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/bytes/bytes.ts';
import { issueAccessKey, issueApiKey } from '../../src/identity/credential.ts';
import { makeRole } from '../../src/identity/role.ts';
import { userArn } from '../../src/identity/arn.ts';
import { changeEntry, DAY, NOW } from '../../src/keys/key-space.fixture.ts';
import { World, type Account, type Actor } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import {
  IMPLEMENTED,
  prepare,
  REQUESTS,
  type Prepared,
} from '../../src/protocols/aws-kms/operations/requests.fixture.ts';
import { keyProtectRoutes } from '../../src/protocols/key-protect/endpoint.ts';
import { many } from '../../src/protocols/key-protect/key-protect.fixture.ts';
import { PREFIX } from '../../src/protocols/key-protect/match.ts';
import { RequestMeter } from '../../src/pipeline/request-meter.ts';

const OUTSIDE = '203.0.113.9';
const OUT_OF_REACH = /do not let it be reached from this address/;

let world: World;
let account: Account;
let other: Account;
let bob: Actor;
let tokens: Map<Actor, string>;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  other = await world.account('two');
  bob = await world.actor(account.tenant, 'bob', ['administrator']);
  tokens = new Map();
  for (const actor of [account.admin, bob]) {
    const issued = issueApiKey(account.tenant, actor.principal.id, NOW, world.random);
    await commit(issued.write);
    tokens.set(actor, issued.secret.toString('ascii'));
  }
});

const commit = (write: Parameters<World['store']['commit']>[0]['writes'][number]) =>
  world.store.commit({ writes: [write], entries: [changeEntry(account.tenant.tenantId)] });

/** The wire of IBM over the store of the AWS world. */
async function ibm(method: string, path: string, body?: unknown, { as = account.admin, from = '127.0.0.1' } = {}) {
  const routes = keyProtectRoutes({
    ...world.ports,
    tokens: { read: (token) => world.directory.byApiKey(bytesOf<'CredentialSecret'>(Buffer.from(token, 'ascii'))) },
    pipeline: world.pipeline,
    clock: world.clock,
    unauthenticated: world.unauthenticated,
    meter: new RequestMeter(),
    onFault: (error) => world.faults.push(error),
  });
  const [below = '', query = ''] = path.split('?');
  const route = routes.find((one) => one.method === method);
  const answer = await route?.handler({
    method,
    path: PREFIX + below,
    query,
    rawHeaders: ['authorization', `Bearer ${tokens.get(as) ?? ''}`, 'bluemix-instance', account.instance.instanceId],
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    remoteAddress: from,
    isSecure: true,
    requestId: '00000000-0000-4000-8000-000000000001',
  });
  if (answer === undefined) throw new TypeError(`no route for ${method}`);
  const text = answer.body.toString('utf8');
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function policy(policy_type: string, enabled: boolean, attributes?: object): Promise<void> {
  const resource = { policy_type, policy_data: { enabled, ...(attributes && { attributes }) } };
  const { status } = await ibm('PUT', '/instance/policies', many('policy', [resource]));
  if (status !== 204) throw new Error(`the set-up of a test was refused: ${status}`);
}

async function newKey(input: object = {}): Promise<string> {
  const { body } = await world.call(account.admin, 'CreateKey', input);
  return body.KeyMetadata.KeyId;
}

describe('from where an instance may be reached', () => {
  it('is asked of every operation of the AWS wire, and told', async () => {
    const prepared: Prepared = await prepare(world, account, 'enabled');
    await policy('allowedIP', true, { allowed_ip: ['127.0.0.0/8'] });
    const answers: unknown[] = [];
    for (const name of IMPLEMENTED) {
      const input = REQUESTS[name]?.(prepared.id, prepared) ?? {};
      const { type, text } = await world.call(account.admin, name, input, { from: OUTSIDE });
      answers.push([name, type, OUT_OF_REACH.test(text ?? '')]);
    }
    expect(answers).toEqual(IMPLEMENTED.map((name: OperationName) => [name, 'AccessDeniedException', true]));
    expect((await world.call(account.admin, 'DescribeKey', { KeyId: prepared.id })).status).toBe(200);
  });

  it('is asked of the instance that has the key, whoever calls', async () => {
    const id = await newKey({
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
      }),
    });
    const KeyId = `arn:aws:kms:${account.instance.region}:${account.accountId}:key/${id}`;
    const encrypt = (from: string) => world.call(other.admin, 'Encrypt', { KeyId, Plaintext: 'AA==' }, { from });
    expect((await encrypt(OUTSIDE)).status).toBe(200);
    await policy('allowedIP', true, { allowed_ip: ['127.0.0.0/8'] });
    expect([(await encrypt('127.0.0.1')).status, (await encrypt('::ffff:127.0.0.1')).status]).toEqual([200, 200]);
    expect(await encrypt(OUTSIDE)).toMatchObject({ type: 'AccessDeniedException' });
    // Its own instance is open.
    expect((await world.call(other.admin, 'ListKeys', {}, { from: OUTSIDE })).status).toBe(200);
    expect(world.faults).toEqual([]);
  });

  it.each([
    ['allowedIP', { allowed_ip: ['127.0.0.0/8'] }],
    ['allowedNetwork', { allowed_network: 'private-only' }],
  ])('is asked on both wires from the next request on, and no more once %s is off', async (type, attributes) => {
    const tried = async () => [
      (await ibm('GET', '/instance/policies', undefined, { from: OUTSIDE })).status,
      (await world.call(account.admin, 'ListKeys', {}, { from: OUTSIDE })).status,
      (await ibm('GET', '/instance/policies')).status,
      (await world.call(account.admin, 'ListKeys')).status,
    ];
    expect(await tried()).toEqual([200, 200, 200, 200]);
    await policy(type, true, attributes);
    expect(await tried()).toEqual([401, 400, 200, 200]);
    await policy(type, false);
    expect(await tried()).toEqual([200, 200, 200, 200]);
  });

  it('is answered on the wire of IBM as everything that one may not, and before anything is looked for', async () => {
    await policy('allowedIP', true, { allowed_ip: ['127.0.0.0/8'] });
    const paths = ['/keys/no-such-key', '/keys/11111111-1111-4111-8111-111111111111/metadata', '/key_rings'];
    for (const path of paths) {
      const { status, body } = await ibm('GET', path, undefined, { from: OUTSIDE });
      expect([status, body.resources]).toEqual([
        401,
        [{ errorMsg: 'Unauthorized: The user does not have access to the specified resource' }],
      ]);
    }
    const refused = world.store.entries().filter(({ leaf }) => leaf.toString().includes('"out-of-reach"'));
    expect(refused).toHaveLength(3);
  });
});

describe('which keys an instance lets be made', () => {
  const refusal = async (name: OperationName, input: object) => {
    const { status, type } = await world.call(account.admin, name, input);
    return type ?? status;
  };

  it('is asked of CreateKey, whatever the key is for', async () => {
    await policy('keyCreateImportAccess', true, { create_root_key: false });
    expect([
      await refusal('CreateKey', {}),
      await refusal('CreateKey', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
      await refusal('CreateKey', { Origin: 'EXTERNAL' }),
    ]).toEqual(['AccessDeniedException', 'AccessDeniedException', 200]);
  });

  it('is asked again when the material comes', async () => {
    const prepared = await prepare(world, account, 'pending import');
    await policy('keyCreateImportAccess', true, { import_root_key: false });
    expect([
      await refusal('CreateKey', {}),
      await refusal('CreateKey', { Origin: 'EXTERNAL' }),
      await refusal('GetParametersForImport', REQUESTS['GetParametersForImport']?.(prepared.id, prepared) ?? {}),
      await refusal('ImportKeyMaterial', REQUESTS['ImportKeyMaterial']?.(prepared.id, prepared) ?? {}),
    ]).toEqual([200, 'AccessDeniedException', 'AccessDeniedException', 'AccessDeniedException']);
    // Material comes by an import token on this wire, always.
    await policy('keyCreateImportAccess', true, { enforce_token: true });
    expect(await refusal('ImportKeyMaterial', REQUESTS['ImportKeyMaterial']?.(prepared.id, prepared) ?? {})).toBe(200);
  });
});

describe('the rotation of a key', () => {
  it('is what the instance says for keys of both wires, and one schedule on both', async () => {
    await policy('rotation', true, { interval_month: 1 });
    const KeyId = await newKey();
    const status = async () => (await world.call(account.admin, 'GetKeyRotationStatus', { KeyId })).body;
    expect(await status()).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 30,
      NextRotationDate: (NOW + 30 * DAY) / 1000,
    });
    await world.call(account.admin, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 180 });
    const policies = async () =>
      (await ibm('GET', `/keys/${KeyId}/policies`)).body.resources.map((one: { rotation: object }) => one.rotation);
    expect(await policies()).toEqual([{ enabled: true, interval_month: 6 }]);
    await world.call(account.admin, 'DisableKeyRotation', { KeyId });
    expect(await policies()).toEqual([{ enabled: false, interval_month: 1 }]);
    await ibm('PUT', `/keys/${KeyId}/policies`, many('policy', [{ rotation: { enabled: true, interval_month: 2 } }]));
    expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 60 });
  });
});

describe('a key that two people delete', () => {
  const schedule = async (as: Actor, KeyId: string) => {
    const { status, type } = await world.call(as, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    return type ?? status;
  };
  const authorise = async (as: Actor, id: string) =>
    (await ibm('POST', `/keys/${id}/actions/setKeyForDeletion`, undefined, { as })).status;

  it('is scheduled for its deletion by the second of them alone', async () => {
    await policy('dualAuthDelete', true);
    const id = await newKey();
    expect(await schedule(bob, id)).toBe('KMSInvalidStateException');
    expect(await authorise(account.admin, id)).toBe(204);
    expect([await schedule(account.admin, id), await schedule(bob, id)]).toEqual(['KMSInvalidStateException', 200]);
    // Called back, it needs another word.
    await world.call(bob, 'CancelKeyDeletion', { KeyId: id });
    expect(await schedule(bob, id)).toBe('KMSInvalidStateException');
  });

  it('does not take a session of a role for another person than who assumed it', async () => {
    const { tenant, accountId } = account;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: userArn(accountId, 'admin') }, Action: 'sts:AssumeRole' }],
    });
    const wanted = { name: 'Deleter', description: '', trust, maxSessionSeconds: 3_600 };
    const { role, write } = makeRole(tenant, wanted, NOW, world.random);
    if (!('put' in write)) throw new TypeError('a role is put');
    await commit(write);
    const assumed = async ({ accessKeyId }: Actor): Promise<Actor> => {
      const source = { tenantId: tenant.tenantId, credentialId: accessKeyId };
      const session = { source, openedBy: 'test', name: 'one' };
      const issued = issueAccessKey(tenant, role.id, NOW + DAY, NOW, world.random, { holder: 'role', session });
      await commit(issued.write);
      return {
        principal: account.admin.principal,
        accessKeyId: issued.credential.id,
        secret: issued.secret.toString('ascii'),
        ...(issued.sessionToken && { sessionToken: issued.sessionToken.toString('ascii') }),
      };
    };
    await policy('dualAuthDelete', true);
    const id = await newKey({
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' },
          { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
        ],
      }),
    });
    await authorise(account.admin, id);
    expect([await schedule(await assumed(account.admin), id), await schedule(await assumed(bob), id)]).toEqual([
      'KMSInvalidStateException',
      200,
    ]);
  });

  it('keeps its imported material as well', async () => {
    const prepared = await prepare(world, account, 'imported');
    await ibm('PUT', `/keys/${prepared.id}/policies`, many('policy', [{ dualAuthDelete: { enabled: true } }]));
    const input = { ...REQUESTS['ImportKeyMaterial']?.(prepared.id, prepared) };
    const expiring = { ...input, ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: NOW / 1000 + 60 };
    const tried = async (as: Actor, name: OperationName, asked: object) => {
      const { status, type } = await world.call(as, name, asked);
      return type ?? status;
    };
    expect([
      await tried(bob, 'ImportKeyMaterial', expiring),
      await tried(bob, 'DeleteImportedKeyMaterial', { KeyId: prepared.id }),
    ]).toEqual(['KMSInvalidStateException', 'KMSInvalidStateException']);
    // An end that is set is a deletion: it uses the word up.
    await authorise(account.admin, prepared.id);
    expect([
      await tried(bob, 'ImportKeyMaterial', expiring),
      await tried(bob, 'DeleteImportedKeyMaterial', { KeyId: prepared.id }),
    ]).toEqual([200, 'KMSInvalidStateException']);
    await authorise(account.admin, prepared.id);
    expect([
      await tried(account.admin, 'DeleteImportedKeyMaterial', { KeyId: prepared.id }),
      await tried(bob, 'DeleteImportedKeyMaterial', { KeyId: prepared.id }),
    ]).toEqual(['KMSInvalidStateException', 200]);
    // That was what the word served for.
    expect(await schedule(bob, prepared.id)).toBe('KMSInvalidStateException');
  });
});

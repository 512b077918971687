import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { TenantKey } from '../../crypto/hierarchy.ts';
import { KeysteadFixture } from '../master-keys/aws-kms.keystead.fixture.ts';
import { systemRandom as random } from '../ports.ts';
import { withCredentials } from './changed-credentials.ts';
import { requireWorking } from './check-environment.ts';
import { makeEnvironment } from './environment.ts';
import { deregisterKeys, registerKeys } from './key-registrations.ts';
import { preciselyNamed } from './precise-name.ts';

const tenantKey = TenantKey.from(Buffer.alloc(32, 7), '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21');
const egress = new EgressGuard();

/** Against a whole Keystead server that speaks IBM's and AWS's APIs. */
describe('an environment and its keys elsewhere', () => {
  let server: KeysteadFixture;
  let api: KeysteadClient;
  beforeAll(async () => {
    server = await KeysteadFixture.start();
    api = new KeysteadClient({ url: server.url, apiKey: server.apiKey });
  });
  afterAll(() => server.stop());

  const environmentWith = (arn: string, apiKey: string) =>
    makeEnvironment(
      tenantKey,
      {
        label: 'production',
        storage: { type: 'folder', path: '/srv/vaults/a', region: server.region },
        encryption: 'IBM Key Protect',
        masterKeys: [
          {
            provider: 'key-protect',
            keyId: server.crnOf(arn),
            endpoint: server.url,
            iamEndpoint: server.url,
            apiKey: Buffer.from(apiKey),
          },
        ],
      },
      1,
      random,
    );

  it('gets another API key for its root key', async () => {
    const { arn } = await server.importedKey();
    const before = environmentWith(arn, server.apiKey);
    const rules = { lendsCredentials: false };
    const change = (apiKey: string) =>
      withCredentials(rules, tenantKey, before, { apiKey: Buffer.from(apiKey) }, random, 2);
    const services = { egress, keystead: () => () => Promise.reject(new Error('it is not asked')) };
    const look = ({ places, isAbout }: ReturnType<typeof change>) =>
      requireWorking(services, tenantKey, places[0]!, true, (check) => isAbout(places[0]!, check));
    await expect(look(change('not-a-key'))).rejects.toMatchObject({ code: 'preflight-failed' });
    const changed = change(server.apiKey);
    expect(changed.places).toHaveLength(1);
    expect(await look(changed)).toContainEqual(
      expect.objectContaining({ check: 'key-use', of: server.crnOf(arn), outcome: 'passed' }),
    );
    const secretAccessKey = bytesOf<'AwsSecretAccessKey'>(Buffer.from('x'));
    const credentials = { kind: 'access-key', accessKeyId: 'A', secretAccessKey } as const;
    expect(() => withCredentials(rules, tenantKey, before, { credentials }, random, 2)).toThrow('it takes apiKey');
  });

  it('registers with a root key as a service, once, and takes it back', async () => {
    const { arn } = await server.importedKey();
    await api.createService({ name: 'backup.example.com' });
    await api.createAuthorization({ service: 'backup.example.com', roles: ['Reader'], region: server.region });
    const issued = await api.createServiceCredential('backup.example.com', { type: 'api-key' });
    const { apiKey } = issued as unknown as { apiKey: string };
    const environment = environmentWith(arn, apiKey);
    const keyId = arn.split('/')[1] as string;
    const registered = async () => (await api.listKeyRegistrations(server.region, keyId)).items;
    for (const _ of [1, 2]) {
      expect(await registerKeys(egress, tenantKey, environment)).toMatchObject([
        { check: 'key-registration', of: server.crnOf(arn), outcome: 'passed' },
      ]);
      expect(await registered()).toHaveLength(1);
    }
    expect(JSON.stringify(await registered())).toContain(environment.id);
    for (const _ of [1, 2]) {
      expect(await deregisterKeys(egress, tenantKey, environment)).toMatchObject([{ outcome: 'passed' }]);
      expect(await registered()).toEqual([]);
    }
  });

  it('is deleted where its registration stands only by who says so, and named with it', async () => {
    const { arn } = await server.importedKey();
    const keyId = arn.split('/')[1] as string;
    const registered = async () => (await api.listKeyRegistrations(server.region, keyId)).items.length;
    await api.createService({ name: 'vault.example.com' });
    const roles = ['Manager'] as const;
    const authorise = () =>
      api.createAuthorization({ service: 'vault.example.com', roles: [...roles], region: server.region });
    const { authorizationId } = await authorise();
    const issued = await api.createServiceCredential('vault.example.com', { type: 'api-key' });
    const { apiKey } = issued as unknown as { apiKey: string };
    const made = async (label: string) => {
      const { environment } = await api.createEnvironment({
        label,
        storage: { type: 'folder', path: join(server.folder, 'vaults', label), region: server.region },
        encryptAutomatically: true,
        masterKey: {
          provider: 'key-protect',
          keyId: server.crnOf(arn),
          endpoint: server.url,
          iamEndpoint: server.url,
          apiKey,
        },
      });
      return environment.environmentId;
    };
    const [first, second] = [await made('first'), await made('second')];
    expect(await registered()).toBe(2);
    await api.deleteAuthorization(authorizationId);
    const refused = await api.deleteEnvironment(first, { label: 'first' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 409, code: 'registration-stands' });
    expect((await api.getEnvironment(first)).label).toBe('first');
    const gone = await api.deleteEnvironment(first, { label: 'first', leaveRegistrations: true });
    expect(gone).toMatchObject({
      stillRegistered: [server.crnOf(arn)],
      meaning: expect.stringContaining('still registered') as string,
    });
    await authorise();
    expect(await api.deleteEnvironment(second, { label: 'second' })).not.toHaveProperty('stillRegistered');
    expect(await registered()).toBe(1);
  });

  it('warns, and no more, where the API key is a person or the key cannot be reached', async () => {
    const { arn } = await server.importedKey();
    const [check] = await registerKeys(egress, tenantKey, environmentWith(arn, server.apiKey));
    expect(check).toMatchObject({ outcome: 'warned', what: expect.stringContaining('SERVICE_ONLY_ERR') });
    const stranger = environmentWith(arn, `ks_${'A'.repeat(43)}`);
    expect(await registerKeys(egress, tenantKey, stranger)).toMatchObject([{ outcome: 'warned' }]);
  });

  it('finds out what an alias means, and says why where it cannot', async () => {
    const { arn } = await server.importedKey();
    const keyId = arn.split('/')[1] as string;
    const rights = { arnOf: async () => arn } as never;
    const services = { egress, rights, tenantId: tenantKey.tenantId };
    const aws = {
      provider: 'aws-kms',
      endpoint: server.url,
      credentials: {
        kind: 'access-key',
        accessKeyId: server.accessKeyId,
        secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from(server.secretAccessKey)),
      },
    } as const;
    expect(await preciselyNamed(services, { ...aws, keyId }, server.region)).toMatchObject({ keyId: arn });
    expect(await preciselyNamed(services, { ...aws, keyId: arn }, 'eu-west-1')).toMatchObject({ keyId: arn });
    await expect(preciselyNamed(services, { ...aws, keyId: 'alias/none' }, server.region)).rejects.toMatchObject({
      code: 'master-key-malformed',
      message: expect.stringContaining('has no key alias/none'),
    });
    const own = { provider: 'keystead', keyId: 'alias/own' } as const;
    expect(await preciselyNamed(services, own, server.region)).toMatchObject({ keyId: arn });
  });
});

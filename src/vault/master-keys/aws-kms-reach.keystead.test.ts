import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { KeysteadClient, type AwsCredentialsInput, type Run } from '@keystead/sdk';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadFixture } from './aws-kms.keystead.fixture.ts';

const NAME = 'vault-key';
const LENT = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

/** A master key in AWS KMS, reached in each of the ways that a bucket is: the key service and its STS are a real server. */
describe('as whom a master key in AWS KMS is reached', () => {
  let server: KeysteadFixture;
  let api: KeysteadClient;
  let key: string;
  let roleArn: string;
  let base: { readonly accessKeyId: string; readonly secretAccessKey: string };
  let userArn: string;
  let number = 0;

  beforeAll(async () => {
    server = await KeysteadFixture.start({
      KEYSTEAD_VAULT_OWN_CREDENTIALS: 'yes',
      KEYSTEAD_EGRESS_HOSTS: '127.0.0.1',
    });
    api = new KeysteadClient({ url: server.url, apiKey: server.apiKey });
    ({ arn: key } = await server.importedKey());
    base = await accessKeyOf('assumes');
    const trust = await api.getVaultPolicy({ for: 'trust', principal: userArn });
    const made = await api.createRole({ name: NAME, trustPolicy: trust.document });
    roleArn = made.arn;
    writeFileSync(join(server.folder, 'sources', 'a'), 'what is kept');
  });
  afterAll(async () => {
    for (const name of LENT) delete process.env[name];
    await server.stop();
  });

  async function accessKeyOf(name: string) {
    const { principalId, arn } = await api.createPrincipal({ name, policies: [] });
    userArn = arn;
    const issued = await api.createCredential(principalId, { type: 'access-key' });
    const { accessKeyId, secretAccessKey } = issued as unknown as { accessKeyId: string; secretAccessKey: string };
    return { accessKeyId, secretAccessKey };
  }

  /** The key's policy: the account's own rule, and the statements as they are printed. */
  async function allow(principal: string, environmentId?: string): Promise<void> {
    const account = {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${server.accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    const { document } = await api.getVaultPolicy({
      for: 'key',
      ...(environmentId === undefined ? { principal } : { environmentId }),
    });
    const printed = JSON.parse(document) as { Statement: readonly object[] };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [account, ...printed.Statement] });
    await server.kms.send(new PutKeyPolicyCommand({ KeyId: key, Policy }));
  }

  const wanted = (credentials: AwsCredentialsInput, more: object = {}) => ({
    label: `reached ${++number}`,
    storage: {
      type: 'folder' as const,
      path: join(server.folder, 'vaults', `v${number}`),
      region: server.region,
    },
    encryptAutomatically: true,
    masterKey: { provider: 'aws-kms' as const, keyId: key, endpoint: server.url, credentials, ...more },
  });

  async function ended(run: Run): Promise<Run> {
    for (let at = run; ; at = await api.getRun(run.runId)) if (at.state !== 'running') return at;
  }

  async function backedUp(environmentId: string): Promise<void> {
    const source = join(server.folder, 'sources');
    expect(await ended(await api.startBackup(environmentId, { source }))).toMatchObject({ state: 'succeeded' });
    const to = mkdtempSync(join(server.folder, 'sources', 'back-'));
    expect(await ended(await api.startRestore(environmentId, { destination: to }))).toMatchObject({
      state: 'succeeded',
    });
    expect(readFileSync(join(to, 'a'), 'utf8')).toBe('what is kept');
  }

  it('is a role, which an access key assumes with the external id of the tenant', async () => {
    await allow(roleArn);
    const { environment } = await api.createEnvironment(wanted({ kind: 'role', roleArn, ...base }));
    const { environmentId, masterKey } = environment;
    const { tenantId } = await api.whoAmI();
    expect(masterKey.credentials).toEqual({
      kind: 'role',
      roleArn,
      externalId: `keystead-${tenantId}`,
      accessKeyId: base.accessKeyId,
    });
    // What is printed for the environment names the role by itself, and is enough.
    await allow('', environmentId);
    await backedUp(environmentId);
    const watch = await api.checkKeys(environmentId);
    expect(watch.keys).toMatchObject([{ keyId: key, state: 'good' }]);
  });

  it('is a role that finds out what an alias means, too', async () => {
    await allow(roleArn);
    await api.createKeyAlias(server.region, key.split('/')[1] as string, { alias: 'alias/vault' });
    const { environment } = await api.createEnvironment(
      wanted({ kind: 'role', roleArn, ...base }, { keyId: 'alias/vault' }),
    );
    expect(environment.masterKey.keyId).toBe(key);
  });

  it('is no role that lets nobody in, and says so', async () => {
    const stranger = await accessKeyOf('stranger');
    const { checks } = await api.preflightEnvironment(wanted({ kind: 'role', roleArn, ...stranger }));
    expect(checks).toContainEqual(
      expect.objectContaining({
        check: 'key-state',
        outcome: 'failed',
        what: expect.stringContaining(`the role ${roleArn} could not be assumed (AccessDenied)`) as string,
        next: expect.stringContaining('--for trust') as string,
      }),
    );
  });

  it('is the server itself, with or without a role, where its operator lends that', async () => {
    const own = await accessKeyOf('server');
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: own.accessKeyId, AWS_SECRET_ACCESS_KEY: own.secretAccessKey });
    await allow(userArn);
    const { environment } = await api.createEnvironment(wanted({ kind: 'environment' }));
    expect(environment.masterKey.credentials).toEqual({ kind: 'environment' });
    await backedUp(environment.environmentId);
    // Changed to a role that the server assumes: it is used before it is kept.
    const { environmentId } = environment;
    const byRole = { credentials: { kind: 'role', roleArn } } as const;
    await expect(api.setEnvironmentCredentials(environmentId, byRole)).rejects.toMatchObject({
      code: 'preflight-failed',
    });
    const trust = await api.getVaultPolicy({ for: 'trust', principal: userArn });
    await api.setRoleTrust(NAME, { trustPolicy: trust.document });
    await allow(roleArn);
    const changed = await api.setEnvironmentCredentials(environmentId, byRole);
    expect(changed.environment.masterKey.credentials).toMatchObject({ kind: 'role', roleArn });
    await backedUp(environmentId);
  });
});

import { KeysteadClient } from '@keystead/sdk';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { decrypt as decryptBy, hasDecryptor } from '../vault/decryptor.fixture.ts';
import { KeysteadFixture } from '../vault/master-keys/aws-kms.keystead.fixture.ts';
import { makeTree, picture } from '../vault/vault.fixture.ts';
import { cli } from './cli.fixture.ts';

/** What a server has written under a key of its own, read with the store and the right to decrypt alone. */
describe('a vault under keys of this installation, without what wrote it', () => {
  let server: KeysteadFixture;
  let key: Awaited<ReturnType<KeysteadFixture['importedKey']>>;
  let store: string;
  let source: string;
  let token: string;

  beforeAll(async () => {
    server = await KeysteadFixture.start();
    key = await server.importedKey();
    const other = await server.importedKey();
    const { url, apiKey, region, folder } = server;
    const api = new KeysteadClient({ url, apiKey });
    [store, source] = [join(folder, 'vaults', 'own'), join(folder, 'sources', 'records')];
    mkdirSync(source);
    makeTree(source);
    const ofIbm = { provider: 'key-protect', keyId: server.crnOf(other.arn), endpoint: url, iamEndpoint: url, apiKey };
    const { environment } = await api.createEnvironment({
      label: 'own',
      storage: { type: 'folder', path: store, region },
      encryptAutomatically: true,
      masterKey: { provider: 'keystead', keyId: key.arn },
      recipients: [ofIbm as never],
    });
    let run = await api.startBackup(environment.environmentId, { source });
    while (run.state === 'running') run = await api.getRun(run.runId);
    if (run.state !== 'succeeded') throw new Error(`the backup ${run.state}`);
    const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
    const answer = await fetch(`${url}/identity/token`, { method: 'POST', body });
    token = ((await answer.json()) as { access_token: string }).access_token;
  });
  afterAll(() => server.stop());
  afterEach(() => vi.unstubAllEnvs());

  const credentials = () => ({
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    AWS_REGION: server.region,
  });

  async function decrypt(to: string, args: readonly string[], env: Record<string, string>): Promise<number> {
    return (await decryptBy([store, '--to', to, ...args], env)).code;
  }

  async function offline(to: string, env: Record<string, string>) {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const where = ['--offline', '--vault', store, '--endpoint', server.url, '--iam-endpoint', server.url];
    return await cli(env, 'vault', 'restore', to, ...where);
  }

  it.skipIf(!hasDecryptor)(
    'is restored by tools/decrypt.py, of each recipient, and by neither while it is off',
    async () => {
      const [own, dark, ibm] = ['own', 'dark', 'ibm'].map((name) => join(server.folder, name)) as [
        string,
        string,
        string,
      ];
      const nowhere = await decryptBy([store, '--to', own], credentials());
      expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('say --kms-endpoint URL')]);
      expect(await decrypt(own, ['--kms-endpoint', server.url], credentials())).toBe(0);
      expect(picture(own)).toEqual(picture(source));
      await key.disable();
      expect(await decrypt(dark, ['--kms-endpoint', server.url], credentials())).toBe(1);
      const asked = ['--kms-endpoint', server.url, '--key-protect', server.url];
      const env = { IBM_TOKEN: token, IBM_INSTANCE: server.instanceId };
      expect(await decrypt(ibm, asked, env)).toBe(0);
      expect(picture(ibm)).toEqual(picture(source));
      expect(await decrypt(dark, asked, { ...env, IBM_TOKEN: 'another' })).toBe(1);
      await key.enable();
    },
    240_000,
  );

  it('is restored offline by the CLI, with the address of the server and credentials that may decrypt', async () => {
    const [to, dark, ibm] = ['offline', 'dark-2', 'ibm-2'].map((name) => join(server.folder, name)) as [
      string,
      string,
      string,
    ];
    const restored = await offline(to, credentials());
    expect([restored.exitCode, restored.stderr]).toEqual([0, expect.anything()]);
    expect(picture(to)).toEqual(picture(source));
    await key.disable();
    const refused = await offline(dark, credentials());
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining(key.arn)]);
    const byIbm = await offline(ibm, { ...credentials(), IBMCLOUD_API_KEY: server.apiKey });
    expect([byIbm.exitCode, byIbm.stderr]).toEqual([0, expect.anything()]);
    expect(picture(ibm)).toEqual(picture(source));
    await key.enable();
  });
});

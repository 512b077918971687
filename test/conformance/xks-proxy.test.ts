import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, jsonLines } from '../../src/cli/cli.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

const run = promisify(execFile);

const METADATA = {
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsOperation: 'Encrypt',
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
};

/** A real server, set up by the command line and asked by curl, which signs by itself. */
describe('the external key store proxy', () => {
  let server: RunningInstallation;
  let folder: string;
  let env: Record<string, string>;
  let keyId: string;
  let kms: KMSClient;
  let configuration: { XksProxyUriPath: string; XksProxyAuthenticationCredential: Record<string, string> };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-xks-'));
    server = await startInstallation({
      xks: { listen: { host: '127.0.0.1', port: 0 }, url: 'https://xks.example.com' },
    });
    const { first, url } = server;
    env = { KEYSTEAD_URL: url, KEYSTEAD_API_KEY: first.apiKey };
    kms = new KMSClient({ region: first.region, endpoint: url, credentials: first });
    keyId = (await kms.send(new CreateKeyCommand())).KeyMetadata?.KeyId ?? '';
  });
  afterAll(async () => {
    kms.destroy();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(
    call: string,
    body: object,
    method = 'POST',
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const { AccessKeyId, RawSecretAccessKey } = configuration.XksProxyAuthenticationCredential;
    const signing = [
      '--aws-sigv4',
      'aws:amz:us-east-2:kms-xks-proxy',
      '--user',
      `${AccessKeyId}:${RawSecretAccessKey}`,
    ];
    const sent = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
    const url = `${server.xksUrl}${configuration.XksProxyUriPath}/${call}`;
    const { stdout } = await run('curl', ['-sS', '-X', method, '-w', '\n%{http_code}', ...signing, ...sent, url]);
    const [text = '', status] = stdout.split(/\n(?=\d+$)/);
    return { status: Number(status), body: JSON.parse(text) as Record<string, unknown> };
  }

  it('is set up by the command line, which prints what to enter at AWS', async () => {
    const file = join(folder, 'aws.json');
    const created = await cli(
      env,
      'xks',
      'create',
      'production',
      '--region',
      server.first.region,
      '--configuration-file',
      file,
    );
    expect([created.exitCode, created.stderr]).toEqual([0, '']);
    configuration = JSON.parse(readFileSync(file, 'utf8')) as typeof configuration;
    for (const text of [
      'https://xks.example.com',
      configuration.XksProxyUriPath,
      configuration.XksProxyAuthenticationCredential['AccessKeyId'],
      configuration.XksProxyAuthenticationCredential['RawSecretAccessKey'],
    ]) {
      expect(created.stdout).toContain(text);
    }
    const exposed = await cli(env, 'xks', 'expose', 'production', keyId, '--xks-key-id', 'payroll', '--json');
    expect(jsonLines(exposed.stdout)).toMatchObject([{ keys: [{ keyId, xksKeyId: 'payroll' }] }]);
    const shown = await cli(env, 'xks', 'list');
    expect(shown.stdout).toContain(configuration.XksProxyUriPath);
    expect(shown.stdout).not.toContain(configuration.XksProxyAuthenticationCredential['RawSecretAccessKey']);
  });

  it('tells its health to curl, and takes no GET', async () => {
    const requestMetadata = { kmsRequestId: 'r', kmsOperation: 'KmsHealthCheck' };
    expect(await ask('health', { requestMetadata })).toMatchObject({ status: 200, body: { xksProxyFleetSize: 1 } });
    expect((await ask('health', { requestMetadata }, 'GET')).status).toBe(405);
  });

  it('encrypts and decrypts for curl until the key is switched off', async () => {
    const request = {
      requestMetadata: METADATA,
      plaintext: 'SGVsbG8gV29ybGQh',
      encryptionAlgorithm: 'AES_GCM',
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    };
    const encrypted = await ask('keys/payroll/encrypt', request);
    expect(encrypted.status).toBe(200);
    const { ciphertextDataIntegrityValue: _, ...parts } = encrypted.body;
    const decrypt = { requestMetadata: METADATA, encryptionAlgorithm: 'AES_GCM', ...parts };
    expect(await ask('keys/payroll/decrypt', decrypt)).toEqual({
      status: 200,
      body: { plaintext: 'SGVsbG8gV29ybGQh' },
    });
    await kms.send(new DisableKeyCommand({ KeyId: keyId }));
    expect(await ask('keys/payroll/decrypt', decrypt)).toMatchObject({
      status: 400,
      body: { errorName: 'InvalidStateException' },
    });
    expect(await ask('keys/payroll/metadata', { requestMetadata: METADATA })).toMatchObject({
      status: 200,
      body: { keyStatus: 'DISABLED' },
    });
  });

  it('is deleted by the command line, and answers no more', async () => {
    expect((await cli(env, 'xks', 'hide', 'production', 'payroll')).exitCode).toBe(0);
    expect(await ask('keys/payroll/metadata', { requestMetadata: METADATA })).toMatchObject({ status: 404 });
    expect((await cli(env, 'xks', 'delete', 'production')).exitCode).toBe(0);
    expect(await ask('keys/payroll/metadata', { requestMetadata: METADATA })).toMatchObject({ status: 401 });
    expect((await cli(env, 'xks', 'show', 'production')).stderr).toContain('no endpoint "production"');
    expect(server.errors).toEqual([]);
  });
});

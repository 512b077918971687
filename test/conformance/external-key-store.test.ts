import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as kms from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../../src/cli/cli.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

const HOST = 'xks.example.com';
const PLAINTEXT = Buffer.from('Hello World!');
const EncryptionContext = { purpose: 'test' };

/** Keystead on both sides: its proxy stands behind its own external key store, over TLS, asked by the official SDK. */
describe('a key in an external key store', () => {
  let folder: string;
  let server: RunningInstallation;
  let client: kms.KMSClient;
  let broken: Server;
  const connect = new Map<string, { host: string; port: number }>();
  /** What the other proxy does with a request. */
  let behave: (answer: (status: number, body: string) => void) => void = () => {};

  let home: { host: string; port: number };
  let outerId: string;
  let storeId: string;
  let keyId: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-xks-'));
    const [certificatePath, keyPath] = [join(folder, 'xks.crt'), join(folder, 'xks.key')];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath];
    const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', certificatePath], { stdio: 'pipe' });
    server = await startInstallation({
      // Both sides show a certificate. Theirs is one: its own CA, and its own name.
      xks: {
        listen: { host: '127.0.0.1', port: 0, tls: { certificatePath, keyPath } },
        clientCertificates: { caPath: certificatePath, names: [HOST] },
      },
      // As long as a busy machine may take: 250 ms is the default, and has a test of its own.
      keyStores: { connect, caFile: certificatePath, certificate: { certificatePath, keyPath }, timeoutMs: 3_000 },
    });
    home = { host: '127.0.0.1', port: Number(new URL(server.xksUrl ?? '').port) };
    connect.set(HOST, home);
    const { region, accessKeyId, secretAccessKey } = server.first;
    const credentials = { accessKeyId, secretAccessKey };
    client = new kms.KMSClient({ region, endpoint: server.url, credentials, maxAttempts: 1 });
    broken = createServer(
      { keepAliveTimeout: 0, cert: readFileSync(certificatePath), key: readFileSync(keyPath) },
      (request, response) => {
        request.resume().on('end', () => behave((status, body) => void response.writeHead(status).end(body)));
      },
    );
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
    broken.closeAllConnections();
    await new Promise((resolve) => broken.close(resolve));
    rmSync(folder, { recursive: true });
  });

  /** Puts another proxy in the place of ours for a while. */
  async function behind<Value>(instead: typeof behave, run: () => Promise<Value>): Promise<Value> {
    behave = instead;
    connect.set(HOST, { host: '127.0.0.1', port: (broken.address() as AddressInfo).port });
    try {
      return await run();
    } finally {
      connect.set(HOST, home);
    }
  }

  async function errorOf(run: Promise<unknown>): Promise<{ name: string; message: string }> {
    return run.then(
      () => ({ name: 'no error', message: '' }),
      (error: Error) => ({ name: error.name, message: error.message }),
    );
  }

  const state = async () => {
    const { CustomKeyStores } = await client.send(
      new kms.DescribeCustomKeyStoresCommand({ CustomKeyStoreId: storeId }),
    );
    return [CustomKeyStores?.[0]?.ConnectionState, CustomKeyStores?.[0]?.ConnectionErrorCode];
  };
  const keyState = async () => (await client.send(new kms.DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata?.KeyState;
  const encrypt = () => client.send(new kms.EncryptCommand({ KeyId: keyId, Plaintext: PLAINTEXT, EncryptionContext }));
  const decrypt = (CiphertextBlob: Uint8Array | undefined, context = EncryptionContext) =>
    client.send(new kms.DecryptCommand({ CiphertextBlob, EncryptionContext: context }));

  it('is made from a key that the proxy exposes', async () => {
    outerId = (await client.send(new kms.CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
    const env = { KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: server.first.apiKey };
    const file = join(folder, 'aws.json');
    const region = ['--region', server.first.region];
    await cli(env, 'xks', 'create', 'own', ...region, '--configuration-file', file);
    expect((await cli(env, 'xks', 'expose', 'own', outerId, '--xks-key-id', 'outer')).exitCode).toBe(0);
    const configuration = JSON.parse(readFileSync(file, 'utf8')) as kms.CreateCustomKeyStoreCommandInput;
    const store = {
      ...configuration,
      CustomKeyStoreName: 'own proxy',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      XksProxyUriEndpoint: `https://${HOST}`,
    } as const;
    const AccessKeyId = configuration.XksProxyAuthenticationCredential?.AccessKeyId;
    const wrong = { AccessKeyId, RawSecretAccessKey: 'x'.repeat(43) };
    expect(
      await errorOf(
        client.send(new kms.CreateCustomKeyStoreCommand({ ...store, XksProxyAuthenticationCredential: wrong })),
      ),
    ).toMatchObject({
      name: 'XksProxyIncorrectAuthenticationCredentialException',
      message: expect.stringContaining('could not authenticate AWS KMS'),
    });
    const XksProxyUriPath = '/elsewhere/kms/xks/v1';
    expect(
      await errorOf(client.send(new kms.CreateCustomKeyStoreCommand({ ...store, XksProxyUriPath }))),
    ).toMatchObject({ name: 'XksProxyInvalidConfigurationException' });
    storeId = (await client.send(new kms.CreateCustomKeyStoreCommand(store))).CustomKeyStoreId ?? '';
    expect(storeId).toMatch(/^cks-[0-9a-f]{17}$/);
    expect(await state()).toEqual(['DISCONNECTED', undefined]);

    const wanted = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: storeId } as const;
    const create = (XksKeyId: string) => client.send(new kms.CreateKeyCommand({ ...wanted, XksKeyId }));
    expect(await errorOf(create('outer'))).toMatchObject({ name: 'CustomKeyStoreInvalidStateException' });
    await client.send(new kms.ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    expect(await state()).toEqual(['CONNECTED', undefined]);
    expect(await errorOf(create('nobody'))).toMatchObject({ name: 'XksKeyNotFoundException' });
    const { KeyMetadata } = await create('outer');
    keyId = KeyMetadata?.KeyId ?? '';
    expect(KeyMetadata).toMatchObject({
      Origin: 'EXTERNAL_KEY_STORE',
      CustomKeyStoreId: storeId,
      XksKeyConfiguration: { Id: 'outer' },
      KeyState: 'Enabled',
    });
    expect(await errorOf(create('outer'))).toMatchObject({ name: 'XksKeyAlreadyInUseException' });
  });

  it('encrypts, decrypts, makes data keys and moves ciphertexts', async () => {
    const { CiphertextBlob, KeyId } = await encrypt();
    const opened = await decrypt(CiphertextBlob);
    expect([Buffer.from(opened.Plaintext ?? []), opened.KeyId]).toEqual([PLAINTEXT, KeyId]);
    const made = await client.send(new kms.GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256' }));
    const dataKey = await client.send(new kms.DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(dataKey.Plaintext).toEqual(made.Plaintext);
    const moved = await client.send(
      new kms.ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: outerId,
      }),
    );
    const back = await client.send(
      new kms.ReEncryptCommand({ CiphertextBlob: moved.CiphertextBlob, DestinationKeyId: keyId }),
    );
    const end = await client.send(new kms.DecryptCommand({ CiphertextBlob: back.CiphertextBlob }));
    expect(Buffer.from(end.Plaintext ?? [])).toEqual(PLAINTEXT);
    expect(await errorOf(decrypt(CiphertextBlob, { purpose: 'another' }))).toMatchObject({
      name: 'KMSInvalidStateException',
      message: expect.stringContaining('the specified ciphertext or encryption context is corrupted'),
    });
  });

  it('works no more from the moment when its counterpart is switched off', async () => {
    const { CiphertextBlob } = await encrypt();
    await client.send(new kms.DisableKeyCommand({ KeyId: outerId }));
    for (const use of [encrypt, () => decrypt(CiphertextBlob)]) {
      expect(await errorOf(use())).toMatchObject({
        name: 'KMSInvalidStateException',
        message: expect.stringContaining('is not enabled in the external key manager'),
      });
    }
    expect(await keyState()).toBe('Enabled');
    await client.send(new kms.EnableKeyCommand({ KeyId: outerId }));
    expect(Buffer.from((await decrypt(CiphertextBlob)).Plaintext ?? [])).toEqual(PLAINTEXT);
  });

  it.each<[string, typeof behave, string]>([
    ['answers nothing', () => {}, 'did not respond in time'],
    ['answers no JSON', (answer) => answer(200, 'hello'), 'cannot interpret the response'],
    ['leaves members out', (answer) => answer(200, '{"ciphertext":"AAAA"}'), 'cannot interpret the response'],
    ['redirects', (answer) => answer(302, ''), 'cannot interpret the response'],
    ['answers an error that nobody knows', (answer) => answer(400, '{"errorName":"Odd"}'), 'cannot interpret'],
    ['is too busy', (answer) => answer(429, '{"errorName":"ThrottlingException"}'), 'very high request rate'],
    [
      'has lost its key manager',
      (answer) => answer(500, '{"errorName":"InternalException"}'),
      'cannot communicate with the external key manager',
    ],
    ['sends without end', (answer) => answer(200, 'x'.repeat(100_000)), 'cannot interpret the response'],
  ])('says what is wrong when the proxy %s', async (_, instead, text) => {
    const error = await behind(instead, () => errorOf(encrypt()));
    expect(error).toMatchObject({ name: 'KMSInvalidStateException', message: expect.stringContaining(text) });
  });

  it('says what is wrong when nobody is there, or somebody else', async () => {
    connect.set(HOST, { host: '127.0.0.1', port: 1 });
    const unreachable = await errorOf(encrypt());
    connect.set('other.example.com', home);
    const tls = await errorOf(
      client.send(
        new kms.CreateCustomKeyStoreCommand({
          CustomKeyStoreName: 'another name than its certificate has',
          CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
          XksProxyConnectivity: 'PUBLIC_ENDPOINT',
          XksProxyUriEndpoint: 'https://other.example.com',
          XksProxyUriPath: '/kms/xks/v1',
          XksProxyAuthenticationCredential: { AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: 'x'.repeat(43) },
        }),
      ),
    );
    connect.set(HOST, home);
    expect(unreachable.message).toContain('cannot communicate with the external key store proxy');
    expect(tls).toMatchObject({
      name: 'XksProxyUriUnreachableException',
      message: expect.stringContaining('cannot establish a TLS connection'),
    });
  });

  it('is unavailable while its store is not connected', async () => {
    const { CiphertextBlob } = await encrypt();
    const byId = { CustomKeyStoreId: storeId };
    expect(await errorOf(client.send(new kms.DeleteCustomKeyStoreCommand(byId)))).toMatchObject({
      name: 'CustomKeyStoreInvalidStateException',
    });
    await client.send(new kms.DisconnectCustomKeyStoreCommand(byId));
    expect(await keyState()).toBe('Unavailable');
    for (const use of [encrypt, () => decrypt(CiphertextBlob)]) {
      expect(await errorOf(use())).toMatchObject({
        name: 'KMSInvalidStateException',
        message: expect.stringMatching(/:key\/\S+ is unavailable\.$/),
      });
    }
    expect(await errorOf(client.send(new kms.DeleteCustomKeyStoreCommand(byId)))).toMatchObject({
      name: 'CustomKeyStoreHasCMKsException',
    });
    await behind(
      () => {},
      () => client.send(new kms.ConnectCustomKeyStoreCommand(byId)),
    );
    expect(await state()).toEqual(['FAILED', 'XKS_PROXY_TIMED_OUT']);
    expect(await errorOf(client.send(new kms.ConnectCustomKeyStoreCommand(byId)))).toMatchObject({
      name: 'CustomKeyStoreInvalidStateException',
    });
    await client.send(new kms.DisconnectCustomKeyStoreCommand(byId));
    await client.send(new kms.ConnectCustomKeyStoreCommand(byId));
    expect(Buffer.from((await decrypt(CiphertextBlob)).Plaintext ?? [])).toEqual(PLAINTEXT);
  });

  it('goes on to work while the credentials of the proxy change', async () => {
    const { CiphertextBlob } = await encrypt();
    const env = { KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: server.first.apiKey };
    const file = join(folder, 'next.json');
    await cli(env, 'xks', 'rotate-credential', 'own', '--configuration-file', file);
    // The old one is still good; AWS KMS has not been told of the new one yet.
    await decrypt(CiphertextBlob);
    const { XksProxyAuthenticationCredential } = JSON.parse(
      readFileSync(file, 'utf8'),
    ) as kms.UpdateCustomKeyStoreCommandInput;
    await client.send(
      new kms.UpdateCustomKeyStoreCommand({ CustomKeyStoreId: storeId, XksProxyAuthenticationCredential }),
    );
    await cli(env, 'xks', 'rotate-credential', 'own');
    expect(Buffer.from((await decrypt(CiphertextBlob)).Plaintext ?? [])).toEqual(PLAINTEXT);
  });

  it('left no fault in the log of the server', () => expect(server.errors).toEqual([]));
});

import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { exportAudit } from '../../src/server/audit-export.ts';
import { bearer, keyProtectCalls, type KeyProtectCalls } from './key-protect-client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

let server: RunningInstallation;
let kms: KMSClient;
let ibm: KeyProtectCalls;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  server = await startInstallation();
  const { first, url } = server;
  kms = new KMSClient({ endpoint: url, region: first.region, credentials: first, maxAttempts: 1 });
  ibm = keyProtectCalls(url, first.instanceId, await bearer(url, first.apiKey));
});
afterAll(async () => {
  kms.destroy();
  vi.useRealTimers();
  await server.close();
});

const create = async (name: string) => {
  const { status, body } = await ibm('POST', '/keys', {
    metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 1 },
    resources: [{ type: 'application/vnd.ibm.kms.key+json', name, extractable: false }],
  });
  expect(status).toBe(201);
  return body.resources[0].id as string;
};
const action = (id: string, name: string, body?: object) => ibm('POST', `/keys/${id}/actions/${name}`, body);
const Plaintext = Buffer.from('a plaintext of ours');
const plaintext = Plaintext.toString('base64');

describe('a key', () => {
  it("made by IBM's API is used by AWS's, switched off there, and refused here", async () => {
    const KeyId = await create('from-ibm');
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ KeyId, KeySpec: 'SYMMETRIC_DEFAULT', KeyState: 'Enabled', Origin: 'AWS_KMS' });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    const { Plaintext: back } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(back as Uint8Array)).toEqual(Plaintext);
    const { body: wrapped } = await action(KeyId, 'wrap', { plaintext });
    await kms.send(new DisableKeyCommand({ KeyId }));
    for (const refused of [
      await action(KeyId, 'wrap', { plaintext }),
      await action(KeyId, 'unwrap', { ciphertext: wrapped.ciphertext }),
    ])
      expect(refused).toMatchObject({ status: 409, code: 'KEY_ACTION_INVALID_STATE_ERR' });
    expect((await ibm('GET', `/keys/${KeyId}`)).body.resources[0]).toMatchObject({ state: 2 });
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect((await action(KeyId, 'unwrap', { ciphertext: wrapped.ciphertext })).body).toMatchObject({ plaintext });
  });

  it("made by AWS's API is used by IBM's, switched off there, and refused here", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'from aws' }));
    const KeyId = KeyMetadata?.KeyId as string;
    expect((await ibm('GET', `/keys/${KeyId}`)).body.resources[0]).toMatchObject({
      id: KeyId,
      state: 1,
      extractable: false,
      description: 'from aws',
    });
    const { body: wrapped } = await action(KeyId, 'wrap', { plaintext });
    expect((await action(KeyId, 'unwrap', { ciphertext: wrapped.ciphertext })).body).toMatchObject({ plaintext });
    expect((await action(KeyId, 'disable')).status).toBe(204);
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
      name: 'DisabledException',
    });
  });

  it('whose own policy denies is refused by both', async () => {
    const KeyId = await create('denied');
    const { body: wrapped } = await action(KeyId, 'wrap', { plaintext });
    const AWS = `arn:aws:iam::${server.first.accountId}:root`;
    const everything = { Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' };
    const Action = ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'];
    const deny = { Effect: 'Deny', Principal: '*', Action, Resource: '*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [everything, deny] });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy, PolicyName: 'default' }));
    const unauthorized = { status: 401, code: undefined };
    expect(await action(KeyId, 'wrap', { plaintext })).toMatchObject(unauthorized);
    expect(await action(KeyId, 'wrap')).toMatchObject(unauthorized);
    expect(await action(KeyId, 'unwrap', { ciphertext: wrapped.ciphertext })).toMatchObject(unauthorized);
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it("deleted by IBM's API is gone for AWS's, and of another family is unknown to IBM's", async () => {
    const KeyId = await create('deleted');
    expect((await ibm('DELETE', `/keys/${KeyId}`)).status).toBe(204);
    const refused = kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await expect(refused).rejects.toMatchObject({
      name: expect.stringMatching(/^(?:KMSInvalidState|NotFound)Exception$/),
    });
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
    );
    expect(await ibm('GET', `/keys/${KeyMetadata?.KeyId}`)).toMatchObject({ status: 404, code: 'KEY_NOT_FOUND_ERR' });
  });
});

describe('the log of both', () => {
  const exported = async (format: 'cadf' | 'cloudtrail') => {
    const config = { dataFolder: `${server.folder}/data` } as Config;
    const lines = await Array.fromAsync(exportAudit(config, format, { log: server.first.accountId }));
    return lines.map((line) => JSON.parse(line) as Record<string, string> & { target: { id: string } });
  };

  it('is exported in the words of either cloud, whichever wire was asked', async () => {
    const { region, accountId, instanceId } = server.first;
    const crn = `crn:v1:bluemix:public:kms:${region}:a/${accountId}:${instanceId}:key:`;
    // Entries come into the log within moments of the answer.
    await vi.waitFor(
      async () => {
        const done = (await exported('cadf')).filter(({ outcome }) => outcome === 'success');
        const uses = done.filter(({ action: name }) =>
          /^kms\.secrets\.(?:wrap|unwrap|disable|delete)$/.test(name ?? ''),
        );
        expect(new Set(uses.map(({ action: name }) => name)).size).toBe(4);
        expect(uses.filter(({ target }) => !target.id.startsWith(crn))).toEqual([]);
      },
      { timeout: 120_000, interval: 100 },
    );
    const names = (await exported('cloudtrail')).map(({ eventName }) => eventName);
    expect(names).toEqual(expect.arrayContaining(['Encrypt', 'Decrypt', 'DisableKey', 'PutKeyPolicy']));
  });
});

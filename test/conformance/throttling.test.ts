import * as kms from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

let server: RunningInstallation;
const clients: kms.KMSClient[] = [];

function clientOf(maxAttempts: number): kms.KMSClient {
  const { accessKeyId, secretAccessKey, region } = server.first;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new kms.KMSClient({ endpoint: server.url, region, credentials, maxAttempts });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await startInstallation({ rates: { symmetric: { perSecond: 25, burst: 3 } } });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.close();
});

describe('the official SDK', () => {
  it('knows a refusal for too many requests, and gets through by trying again', async () => {
    const impatient = clientOf(1);
    const { KeyMetadata } = await impatient.send(new kms.CreateKeyCommand());
    const use = (client: kms.KMSClient) =>
      client.send(new kms.EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('x') }));

    // A machine that is slow enough asks no more often than it may: then it asks again.
    let refused: kms.KMSServiceException[] = [];
    while (refused.length === 0) {
      const once = await Promise.allSettled(Array.from({ length: 8 }, () => use(impatient)));
      refused = once.flatMap((one) => (one.status === 'rejected' ? [one.reason as kms.KMSServiceException] : []));
    }
    for (const { name, message, $metadata } of refused) {
      expect([name, message, $metadata.httpStatusCode]).toEqual(['ThrottlingException', 'Rate exceeded', 400]);
    }

    let attempts = 1;
    while (attempts === 1) {
      const patient = await Promise.all(Array.from({ length: 8 }, () => use(clientOf(12))));
      expect(patient.every(({ CiphertextBlob }) => CiphertextBlob !== undefined)).toBe(true);
      attempts = Math.max(...patient.map(({ $metadata }) => $metadata.attempts ?? 1));
    }
    // What is managed has no bound here.
    await Promise.all(Array.from({ length: 20 }, () => impatient.send(new kms.ListKeysCommand())));
  });
});

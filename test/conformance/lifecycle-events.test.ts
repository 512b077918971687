import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { DEFAULT_QUOTAS } from '../../src/keys/quotas.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { startKeystead, type Keystead } from '../../src/server.ts';
import { bearer, keyProtectCalls, type KeyProtectCalls } from './key-protect-client.fixture.ts';

const SERVICE = 'storage.example.com';
const CRN = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:photos/2026';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const folder = mkdtempSync(join(tmpdir(), 'keystead-events-'));
const received: Received[] = [];
let receiver: Server;
let servers: Keystead[] = [];
let first: FirstCredentials;
let admin: KeysteadClient;
let owner: KeyProtectCalls;
let service: KeyProtectCalls;
let kms: KMSClient;
let secret: string;
let keyId: string;

const nothing = () => {};
const errors: object[] = [];

async function start(): Promise<Keystead> {
  const config: Config = {
    listen: { host: '127.0.0.1', port: 0 },
    dataFolder: join(folder, 'data'),
    sealFile: join(folder, 'keystead.seal'),
    witnessFolders: [],
    vaultRoots: [],
    sourceRoots: [],
    egress: {},
    region: 'eu-central-1',
    quotas: DEFAULT_QUOTAS,
    rates: {},
    logLevel: 'error',
  };
  const log = { info: nothing, warn: nothing, error: (fields: object) => void errors.push(fields) };
  const server = await startKeystead(config, log);
  servers.push(server);
  return server;
}

async function reach({ url }: Keystead, serviceKey?: string): Promise<void> {
  admin = new KeysteadClient({ url, apiKey: first.apiKey });
  owner = keyProtectCalls(url, first.instanceId, await bearer(url, first.apiKey));
  kms = new KMSClient({ endpoint: url, region: first.region, credentials: first, maxAttempts: 1 });
  if (serviceKey !== undefined) service = keyProtectCalls(url, first.instanceId, await bearer(url, serviceKey));
}

beforeAll(async () => {
  receiver = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const server = await start();
  first = server.first!;
  await reach(server);
  await admin.createService({ name: SERVICE });
  const issued = await admin.createServiceCredential(SERVICE, { type: 'api-key' });
  await admin.createAuthorization({ service: SERVICE, roles: ['Reader'] });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/told`;
  secret = (await admin.setServiceEvents(SERVICE, { url })).secret!;
  await reach(server, issued.apiKey);
});
afterAll(async () => {
  for (const server of servers) await server.close();
  receiver.close();
  kms.destroy();
  rmSync(folder, { recursive: true });
});

const told = () => received.map(({ body }) => JSON.parse(body));
const enveloped = (kind: string, resource: object) => ({
  metadata: { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: 1 },
  resources: [resource],
});

it('a service registers a key, hears from a real server what happens on another wire, and acknowledges', async () => {
  const made = await owner('POST', '/keys', enveloped('key', { name: 'photos', extractable: false }));
  keyId = made.body.resources[0].id;
  const path = `/keys/${keyId}/registrations/${encodeURIComponent(CRN)}`;
  expect((await owner('POST', path)).code).toBe('SERVICE_ONLY_ERR');
  const registered = await service('POST', path, enveloped('registration_input', { description: 'photos' }));
  expect(registered).toMatchObject({ status: 201, body: { resources: [{ resourceCrn: CRN }] } });
  await expect(kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId }))).rejects.toMatchObject({
    name: 'KMSInvalidStateException',
  });

  await kms.send(new DisableKeyCommand({ KeyId: keyId }));
  await expect.poll(() => received.length).toBe(1);
  const [{ headers, body }] = received as [Received];
  const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  expect(headers['webhook-signature']).toBe(`v1,${mac.update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  expect(told()[0]).toMatchObject({ type: 'key.disable', data: { keyId, keyState: 2, resources: [CRN] } });

  const { eventId } = told()[0].data;
  const answer = await service('POST', '/event_ack', enveloped('event_acknowledge', { eventId, adopterKeyState: 2 }));
  expect(answer.status).toBe(204);
  const { items } = await admin.listKeyEvents(first.region, keyId);
  expect(items).toMatchObject([{ eventId, service: SERVICE, kind: 'disable', delivery: 'delivered', isLate: false }]);
  expect(items[0]?.acknowledgedAt).toBeDefined();
});

it('what is done just before a server ends is told by the next one, by one of two, once', async () => {
  const [old] = servers as [Keystead];
  servers = [];
  expect((await owner('DELETE', `/keys/${keyId}?force=true`)).status).toBe(204);
  await old.close();
  const [one] = [await start(), await start()];
  await reach(one);
  await expect.poll(() => received.length).toBeGreaterThanOrEqual(2);
  const deletions = told().filter(({ type }) => type === 'key.delete');
  expect(new Set(deletions.map(({ data }) => data.eventId)).size).toBe(1);
  expect(deletions[0]).toMatchObject({ data: { keyId, keyState: 5, resources: [CRN] } });
  const state = async () => (await admin.listKeyEvents(first.region, keyId)).items.at(-1);
  await expect.poll(async () => (await state())?.delivery).toBe('delivered');
  expect(await state()).toMatchObject({ kind: 'delete', attempts: 1 });
  expect(deletions).toHaveLength(1);
  expect(errors).toEqual([]);
});

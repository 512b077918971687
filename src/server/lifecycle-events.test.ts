import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookPoster } from '../clients/webhook/post.ts';
import { EgressGuard } from '../clients/egress.ts';
import { PREVIOUS_SECRET_MS, setServiceEvents } from '../identity/service-events.ts';
import type { Key } from '../keys/key.ts';
import { eventsOf, type LifecycleEvent } from '../keys/lifecycle-event.ts';
import { EVENT_DUE_SPACE, lifecycleEventsOf, putLifecycleEvent, unsentSpace } from '../keys/lifecycle-event-record.ts';
import { rotateOnDemand } from '../keys/rotate.ts';
import { sendEvents, type EventPorts } from '../pipeline/send-events.ts';
import { type Account, type Actor, World } from '../protocols/key-protect/key-protect.fixture.ts';
import {
  crnOfBucket,
  DATABASE,
  registered,
  sharedKey,
  STORAGE,
} from '../protocols/key-protect/operations/registration.fixture.ts';
import { webhookSender } from './webhook-sender.ts';

/** What came, and whether its signature is one that the secret makes. */
interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let world: World;
let host: Account;
let account: Account;
let storage: Actor;
let key: Key;
let ports: EventPorts;
let secret: Buffer;
let received: Received[];
/** What the receiver answers, in turn; 204 at the end. */
let answers: (number | 'hang' | 'redirect' | 'cut')[];
let receiver: Server;
let url: string;

beforeEach(async () => {
  received = [];
  answers = [];
  receiver = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = answers.shift() ?? 204;
      if (answer === 'hang') return;
      if (answer === 'cut') request.socket.destroy();
      else if (answer === 'redirect') response.writeHead(307, { location: `${url}/elsewhere` }).end();
      else response.writeHead(answer).end('x'.repeat(answer === 200 ? 1_000_000 : 0));
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
  world = new World();
  account = await world.account();
  host = await world.account('host');
  storage = await world.service(host.tenant, STORAGE);
  secret = await tellAt(STORAGE, url);
  key = await sharedKey(world, account);
  await registered(world, account, storage, key.id, crnOfBucket('a'));
  await registered(world, account, storage, key.id, crnOfBucket('b'));
  const { store, directory, clock, random } = world;
  ports = { store, directory, clock, random, sender: senderThatWaits() };
});

afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
});

/** Sends over the network, and waits for an answer as long as a busy machine may need. */
function senderThatWaits(timeoutMs = 60_000) {
  return webhookSender(world.directory, {}, world.clock, webhookPoster(new EgressGuard(), { timeoutMs }));
}

async function tellAt(name: string, address: string, renew = false): Promise<Buffer> {
  const found = await world.directory.serviceNamed(name);
  const set = setServiceEvents(host.tenant, found!.service, { url: address, renew }, world.clock(), world.random);
  await world.commit(host.tenant, [set.write], host.tenant.tenantId);
  return set.secret!;
}

const forward = (ms: number) => world.clock.set(world.clock() + ms);
const act = async (name: 'disable' | 'enable') => {
  if (name === 'enable') forward(30_000);
  expect((await world.call(account, account.admin, 'POST', `/keys/${key.id}/actions/${name}`)).status).toBe(204);
};
const known = () => lifecycleEventsOf(world.store, account.tenant.tenantKey, key);
const send = () => sendEvents(ports);
const types = () => received.map(({ body }) => JSON.parse(body).type);
/** As the page of Standard Webhooks says, not as our code does. */
const signature = ({ headers, body }: Received, by: Buffer) =>
  `v1,${createHmac('sha256', by)
    .update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`)
    .digest('base64')}`;

describe('many events of a service', () => {
  const DEAD = 'dead.example.com';
  let sent: string[];

  /** Events of as many keys: more than are looked at at a time, and behind them one of another service. */
  beforeEach(async () => {
    sent = [];
    const told = (service: string, nowMs: number) =>
      eventsOf('disable', { ...key, id: randomUUID() }, new Map([[service, []]]), nowMs, world.random).map(
        (event) => putLifecycleEvent(account.tenant.tenantKey, undefined, event).write,
      );
    const many = Array.from({ length: 220 }, () => told(DEAD, world.clock() - 2)).flat();
    await world.commit(account.tenant, [...many, ...told(STORAGE, world.clock() - 1)], account.tenant.tenantId);
  });

  const sender = (tookMs: number, failure?: string) => ({
    send: async ({ service }: LifecycleEvent) => {
      sent.push(service);
      forward(tookMs);
      return service === DEAD && failure !== undefined ? { failure } : undefined;
    },
  });

  it('that is not reached are tried once, and others are told', async () => {
    await sendEvents({ ...ports, sender: sender(0, 'timed-out') });
    expect(sent).toEqual([DEAD, STORAGE]);
  });

  it('that is slow get their turn, and others get theirs', async () => {
    await sendEvents({ ...ports, sender: sender(4_000) });
    expect(sent).toEqual([DEAD, DEAD, DEAD, STORAGE]);
  });
});

describe('a service that registered a key', () => {
  it('is told, once, signed, what became of it', async () => {
    await act('disable');
    expect(received).toEqual([]);
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);
    expect(received).toHaveLength(1);
    const [message] = received as [Received];
    expect(message.headers['webhook-signature']).toBe(signature(message, secret));
    expect(Math.abs(Number(message.headers['webhook-timestamp']) * 1_000 - world.clock())).toBeLessThan(1_000);
    expect(message.headers['content-type']).toBe('application/json');
    const [event] = await known();
    expect(message.headers['webhook-id']).toBe(event?.id);
    const { region, instanceId, accountId } = account.instance;
    expect(JSON.parse(message.body)).toEqual({
      type: 'key.disable',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        eventId: event?.id,
        acknowledgeBy: new Date(world.clock() + 4 * HOUR).toISOString().replace(/\.\d+Z/, 'Z'),
        instanceId,
        instanceCrn: `crn:v1:bluemix:public:kms:${region}:a/${accountId}:${instanceId}::`,
        keyId: key.id,
        keyCrn: `crn:v1:bluemix:public:kms:${region}:a/${accountId}:${instanceId}:key:${key.id}`,
        keyArn: `arn:aws:kms:${region}:${accountId}:key/${key.id}`,
        keyState: 2,
        keyVersion: { id: key.versions[0]?.id, creationDate: expect.any(String) },
        resources: expect.arrayContaining([crnOfBucket('a'), crnOfBucket('b')]),
        resourceCount: 2,
      },
    });
    expect(event?.delivery).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  it('is told of a rotation by any protocol, from which version to which', async () => {
    const open = (await world.keys.find(account.instance, key.id))!;
    const principal = { tenantId: account.tenant.tenantId, arn: 'test', credentialId: 'none' };
    const source = { protocol: 'aws-kms', address: '127.0.0.1' };
    const call = { principal, source, requestId: 'r', action: 'kms:RotateKeyOnDemand' } as never;
    const after = await world.pipeline.execute(call, () => ({
      targets: [{ action: 'kms:RotateKeyOnDemand', resource: '*', isFree: true }],
      run: (nowMs) => rotateOnDemand(open, [], nowMs, world.random),
    }));
    await send();
    const { data, type } = JSON.parse(received[0]!.body);
    expect(type).toBe('key.rotate');
    expect(data.oldKeyVersion.id).toBe(key.versions[0]?.id);
    expect(data.keyVersion.id).toBe(after.versions.at(-1)?.id);
    expect(data.keyVersion.id).not.toBe(data.oldKeyVersion.id);
  });

  it('hears nothing of keys that it has not registered', async () => {
    key = await sharedKey(world, account);
    await act('disable');
    expect(await send()).toBe(0);
    expect(await known()).toEqual([]);
  });

  it('is told each thing in its order, however the first fares', async () => {
    answers = [503, 503];
    await act('disable');
    await act('enable');
    await send();
    expect(types()).toEqual(['key.disable']);
    forward(7_000);
    await send();
    forward(40_000);
    await send();
    expect(types()).toEqual(['key.disable', 'key.disable', 'key.disable', 'key.enable']);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    expect(new Set(received.slice(0, 3).map(({ body }) => body)).size).toBe(1);
  });

  it('does not keep others waiting', async () => {
    const database = await world.service(host.tenant, DATABASE);
    await tellAt(DATABASE, url);
    await registered(world, account, database, key.id, crnOfBucket('c'));
    answers = [500];
    await act('disable');
    await send();
    expect(received).toHaveLength(2);
    const states = (await known()).map(({ delivery }) => delivery.state);
    expect(states.toSorted((a, b) => a.localeCompare(b))).toEqual(['delivered', 'waiting']);
  });

  it.each([
    ['fails', 500, 'status-500'],
    ['refuses', 404, 'status-404'],
    ['redirects, which is not followed', 'redirect', 'redirect'],
    ['breaks off', 'cut', 'unreachable'],
    ['does not answer', 'hang', 'timed-out'],
  ] as const)('is told again where it %s', async (_, answer, failure) => {
    answers = [answer];
    await act('disable');
    // So long that the request comes to the receiver, which then says nothing.
    await (answer === 'hang' ? sendEvents({ ...ports, sender: senderThatWaits(1_000) }) : send());
    expect((await known())[0]?.delivery).toMatchObject({ state: 'waiting', attempts: 1, failure });
    expect(await send()).toBe(0);
    forward(7_000);
    await send();
    expect(received).toHaveLength(2);
    expect((await known())[0]?.delivery).toEqual({
      state: 'delivered',
      attempts: 2,
      nextAtMs: expect.any(Number),
      deliveredAtMs: world.clock(),
    });
  });

  it('may answer as much as it likes: nobody reads it', async () => {
    answers = [200];
    await act('disable');
    await send();
    expect((await known())[0]?.delivery.state).toBe('delivered');
  });

  it.each([
    ['plain HTTP elsewhere', 'http://example.com/events', 'not-allowed'],
    ['the metadata of a cloud', 'https://169.254.169.254/events', 'not-allowed'],
    ['a port where nobody is', 'http://127.0.0.1:1/events', 'unreachable'],
  ])('is not told at %s', async (_, address, failure) => {
    await tellAt(STORAGE, address, true);
    await act('disable');
    await send();
    expect((await known())[0]?.delivery).toMatchObject({ failure, state: 'waiting' });
    expect(received).toEqual([]);
  });

  it('is told by two secrets for a day, when it is given another', async () => {
    const before = secret;
    const after = await tellAt(STORAGE, url, true);
    await act('disable');
    await send();
    forward(PREVIOUS_SECRET_MS);
    await act('enable');
    await send();
    const [both, one] = received as [Received, Received];
    expect(both.headers['webhook-signature']).toBe(`${signature(both, after)} ${signature(both, before)}`);
    expect(one.headers['webhook-signature']).toBe(signature(one, after));
  });

  it('is tried for a week and then no more, and forgotten after ninety days', async () => {
    answers = Array.from({ length: 1_000 }, () => 500);
    await act('disable');
    for (let hour = 0; hour < 8 * 24; hour++) {
      await send();
      forward(HOUR);
    }
    expect((await known())[0]?.delivery.state).toBe('abandoned');
    expect(received.length).toBeGreaterThan(25);
    expect(received.length).toBeLessThan(50);
    forward(90 * DAY);
    await send();
    expect(await known()).toEqual([]);
    const left = [EVENT_DUE_SPACE, unsentSpace(key, STORAGE)].flatMap((space) =>
      world.store.listNames(space, { limit: 10 }),
    );
    expect(left).toEqual([]);
  });
});

describe('what is due is done once', () => {
  it('by one of two servers', async () => {
    await act('disable');
    await Promise.all([send(), send(), send()]);
    expect(received).toHaveLength(1);
  });

  it('by another, where one was killed between its claim and the sending, or the sending and its note', async () => {
    await act('disable');
    const killed = { ...ports, sender: { send: () => new Promise<undefined>(() => {}) } };
    void sendEvents(killed);
    await expect.poll(async () => (await known())[0]?.delivery.attempts).toBe(1);
    expect(await send()).toBe(0);
    forward(60_000);
    expect(await send()).toBe(1);
    expect(received).toHaveLength(1);
    expect((await known())[0]?.delivery).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it('and a service that does not acknowledge within four hours is noted as late, once', async () => {
    await act('disable');
    await send();
    const noted = () =>
      world.store
        .entries()
        .map(({ leaf, details }) => ({
          ...JSON.parse(String(leaf)),
          details: JSON.parse(String(details.subarray(16))),
        }))
        .filter(({ reason }) => reason === 'not-acknowledged');
    forward(4 * HOUR - 1);
    await send();
    expect(noted()).toEqual([]);
    forward(1);
    await send();
    forward(DAY);
    await send();
    expect(noted()).toMatchObject([
      {
        action: 'kms:AcknowledgeEvent',
        outcome: 'failed',
        details: { result: { reasonCode: 408, eventAckData: { eventType: 'disable' } } },
      },
    ]);
  });
});

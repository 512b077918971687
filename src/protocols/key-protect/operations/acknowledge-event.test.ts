import { beforeEach, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import type { LifecycleEvent } from '../../../keys/lifecycle-event.ts';
import { lifecycleEventsOf } from '../../../keys/lifecycle-event-record.ts';
import { rotateOnDemand } from '../../../keys/rotate.ts';
import { type Account, type Actor, many, World } from '../key-protect.fixture.ts';
import { crnOfBucket, DATABASE, registered, sharedKey, STORAGE } from './registration.fixture.ts';

const HOUR = 3_600_000;

let world: World;
let account: Account;
let storage: Actor;
let database: Actor;
let key: Key;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  const host = await world.account('host');
  storage = await world.service(host.tenant, STORAGE);
  database = await world.service(host.tenant, DATABASE);
  key = await sharedKey(world, account);
  await registered(world, account, storage, key.id, crnOfBucket('a'));
  await registered(world, account, storage, key.id, crnOfBucket('b'));
  await registered(world, account, database, key.id, crnOfBucket('c'));
});

const forward = (ms: number) => world.clock.set(world.clock() + ms);
const act = (name: string, actor = account.admin) =>
  world.call(account, actor, 'POST', `/keys/${key.id}/actions/${name}`);
const events = () => lifecycleEventsOf(world.store, account.tenant.tenantKey, key);
const eventOf = async (service: string): Promise<LifecycleEvent> =>
  (await events()).find((event) => event.service === service)!;
const acknowledged = (actor: Actor, ...resources: object[]) =>
  world.call(account, actor, 'POST', '/event_ack', { body: many('event_acknowledge', resources) });
const versions = async () => {
  const { body } = await world.call(account, account.admin, 'GET', `/keys/${key.id}/registrations`);
  return Object.fromEntries(
    body.resources.map(({ resourceCrn, keyVersion }: { resourceCrn: string; keyVersion: { id: string } }) => [
      resourceCrn.at(-1),
      keyVersion.id,
    ]),
  );
};

async function rotate(): Promise<string> {
  const open = (await world.keys.find(account.instance, key.id))!;
  const principal = { tenantId: account.tenant.tenantId, arn: 'test', credentialId: 'none' };
  const call = { principal, source: { protocol: 'test', address: '' }, requestId: 'r', action: 'kms:Test' } as never;
  const { versions: all } = await world.pipeline.execute(call, () => ({
    targets: [{ action: 'kms:RotateKeyOnDemand', resource: '*', isFree: true }],
    run: (nowMs) => rotateOnDemand(open, [], nowMs, world.random),
  }));
  return all.at(-1)?.id as string;
}

function lastEntry() {
  const { leaf, details } = world.store.entries().at(-1)!;
  return { ...JSON.parse(String(leaf)), details: JSON.parse(String(details.subarray(16))) };
}

describe('an acknowledgement', () => {
  it('is kept, and told in the log as IBM does', async () => {
    await act('disable');
    const event = await eventOf(STORAGE);
    const resource = { eventId: event.id, adopterKeyState: 2, timestamp: '2026-01-02T03:04:05Z' };
    expect((await acknowledged(storage, resource)).status).toBe(204);
    expect((await eventOf(STORAGE)).acknowledgement).toEqual({
      atMs: world.clock(),
      state: '2',
      statedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
    expect(lastEntry()).toMatchObject({
      action: 'kms:AcknowledgeEvent',
      outcome: 'done',
      key: key.id,
      details: {
        request: { event: 'kms.secrets.ack-disable', eventIds: [event.id] },
        result: { eventAckData: { eventId: event.id, eventType: 'disable', keyState: 2 } },
      },
    });
    expect((await eventOf(DATABASE)).acknowledgement).toBeUndefined();
  });

  it('of a rotation takes the registrations of the service to the new version', async () => {
    const before = key.versions[0]?.id;
    const after = await rotate();
    const { id: eventId } = await eventOf(STORAGE);
    const keyStateData = { rewrappedKeyVersion: after };
    await acknowledged(storage, { eventId, adopterKeyState: 'rewrapped', keyStateData });
    expect(lastEntry().details.result.eventAckData).toMatchObject({
      eventType: 'rotate',
      newKeyVersionId: after,
      oldKeyVersionId: before,
    });
    expect(await versions()).toEqual({ a: after, b: after, c: before });
  });

  it('that comes late takes no registration back', async () => {
    const second = await rotate();
    const early = await eventOf(STORAGE);
    const third = await rotate();
    const late = (await events()).filter(({ service }) => service === STORAGE)[1]!;
    const of = (eventId: string, version: string) => ({
      eventId,
      adopterKeyState: 'x',
      keyStateData: { rewrappedKeyVersion: version },
    });
    await acknowledged(storage, of(late.id, third));
    await acknowledged(storage, of(early.id, second));
    expect(await versions()).toMatchObject({ a: third, b: third });
  });

  it('may be of several events of a key at once', async () => {
    await act('disable');
    forward(30_000);
    await act('enable');
    const ids = (await events()).filter(({ service }) => service === STORAGE).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const resources = ids.map((eventId) => ({ eventId, adopterKeyState: 'done' }));
    expect((await acknowledged(storage, ...resources)).status).toBe(204);
    expect((await events()).filter(({ acknowledgement }) => acknowledgement !== undefined)).toHaveLength(2);
  });

  it('counts the first time', async () => {
    await act('disable');
    const { id: eventId } = await eventOf(STORAGE);
    await acknowledged(storage, { eventId, adopterKeyState: 'first' });
    expect((await acknowledged(storage, { eventId, adopterKeyState: 'second' })).status).toBe(204);
    expect((await eventOf(STORAGE)).acknowledgement?.state).toBe('first');
  });

  it.each([
    ['of another service', () => database, {}, 404, 'EVENT_NOT_FOUND_ERR'],
    ['of a person', () => account.admin, {}, 403, 'SERVICE_ONLY_ERR'],
    [
      'of what is no event',
      () => storage,
      { eventId: '00000000-0000-4000-8000-000000000000' },
      404,
      'EVENT_NOT_FOUND_ERR',
    ],
    ['without an event', () => storage, { eventId: null }, 400, 'INVALID_FIELD_ERR'],
    [
      'of something else',
      () => storage,
      { eventId: '../../registration/x____________________' },
      400,
      'INVALID_FIELD_ERR',
    ],
    ['without a state', () => storage, { adopterKeyState: null }, 400, 'INVALID_FIELD_ERR'],
    ['with a member too many', () => storage, { colour: 'red' }, 400, 'BAD_BODY_ERR'],
    [
      'of a version that is none',
      () => storage,
      { keyStateData: { rewrappedKeyVersion: 'x' } },
      422,
      'KEY_VERSION_INVALID',
    ],
  ])('%s is refused', async (_, actor, departure, status, code) => {
    await act('disable');
    const { id: eventId } = await eventOf(STORAGE);
    const answer = await acknowledged(actor(), { eventId, adopterKeyState: 'x', ...departure });
    expect(answer).toMatchObject({ status, code });
    expect((await eventOf(STORAGE)).acknowledgement).toBeUndefined();
  });

  it('in the instance of another tenant finds nothing', async () => {
    await act('disable');
    const { id: eventId } = await eventOf(STORAGE);
    const other = await world.account('other');
    const body = many('event_acknowledge', [{ eventId, adopterKeyState: 'x' }]);
    const answer = await world.call(other, storage, 'POST', '/event_ack', { body });
    expect(answer.code).toBe('EVENT_NOT_FOUND_ERR');
  });
});

describe('sync', () => {
  it('tells every service how the key is, at once for a key that nothing became of', async () => {
    expect((await act('sync')).status).toBe(204);
    expect((await events()).map(({ kind, service }) => [kind, service])).toEqual([
      ['sync', DATABASE],
      ['sync', STORAGE],
    ]);
  });

  it('waits for an hour after what was told, and after itself', async () => {
    await act('disable');
    const at = new Date(world.clock() + HOUR).toISOString().replace(/\.\d+Z/, 'Z');
    const early = await act('sync');
    expect(early).toMatchObject({ status: 409, code: 'REQ_TOO_EARLY_ERR' });
    expect(early.body.resources[0].reasons[0].message).toBe(
      `The key was updated recently: Please wait and try again: Sync cannot be performed until at least ${at}`,
    );
    forward(HOUR);
    expect((await act('sync')).status).toBe(204);
    expect((await act('sync')).code).toBe('REQ_TOO_EARLY_ERR');
    forward(HOUR - 1);
    expect((await act('sync')).code).toBe('REQ_TOO_EARLY_ERR');
    forward(1);
    expect((await act('sync')).status).toBe(204);
  });

  it('waits for an hour after a rotation', async () => {
    await rotate();
    expect((await act('sync')).code).toBe('REQ_TOO_EARLY_ERR');
  });

  it('reaches a service that has not answered, although nothing of it is registered any more', async () => {
    await act('disable');
    const path = `/keys/${key.id}/registrations/${encodeURIComponent(crnOfBucket('c'))}`;
    expect((await world.call(account, database, 'DELETE', path)).status).toBe(204);
    forward(HOUR);
    await act('sync');
    const told = (await events()).filter(({ kind }) => kind === 'sync');
    expect(told.map(({ service, resourceCount }) => [service, resourceCount])).toEqual([
      [DATABASE, 0],
      [STORAGE, 2],
    ]);
  });

  it('is for root keys', async () => {
    key = await sharedKey(world, account, { extractable: true });
    expect((await act('sync')).code).toBe('KEY_ROOT_REQ_ERR');
  });
});

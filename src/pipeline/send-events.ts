import { timeOf } from '../records/names.ts';
import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Instance, Tenant } from '../identity/tenant.ts';
import { keyRecordId } from '../keys/key-record.ts';
import { begun, delivered, dutiesOf, failed, type EventDuty, type LifecycleEvent } from '../keys/lifecycle-event.ts';
import {
  EVENT_DUE_SPACE,
  putLifecycleEvent,
  readLifecycleEvent,
  removeLifecycleEvent,
  unsentName,
} from '../keys/lifecycle-event-record.ts';
import type { Clock } from '../keys/ports.ts';
import type { Write } from '../records/commit.ts';
import { passedOver, triesOf, type NotTaken } from '../records/delivery.ts';
import { ConflictError, type NamedRef, type RecordStore } from '../records/ports.ts';
import { ownEntry } from './own-entry.ts';

/** How many due events are looked at at a time. */
const BATCH = 200;
/** How far the clocks of servers may be apart: an event that is so much older than its instance is of one before it. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
/** What an attempt came to that met a fault of its own: the record of its service is damaged, say. */
const FAULT = 'fault';
/** How many services are told at once. */
const AT_ONCE = 8;
/** So long one service is told, some events after the others; then it is the turn of others, in milliseconds. */
const TURN_MS = 10_000;

/** Brings a message to a service. */
export interface EventSender {
  /** Sends it once. Answers why it was not taken; `undefined` when it was. */
  send(event: LifecycleEvent, instance: Instance): Promise<NotTaken | undefined>;
}

export interface EventPorts {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly sender: EventSender;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the clock may be gone by to forget something; absent: it always may. */
  readonly isClockBelieved?: () => boolean;
}

interface Due {
  readonly event: LifecycleEvent;
  readonly tenant: Tenant;
  /** Absent where the instance that it is about was deleted. */
  readonly instance: Instance | undefined;
}

/**
 * Does what has become due to events: sends those that wait, in the order of their key's changes for each service; notes
 * once that a service is late; forgets what is long over. Each attempt is begun by a commit, so of several servers one
 * makes it, and one that is killed in between is followed by another attempt. Answers how many events it dealt with.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function sendEvents(ports: EventPorts): Promise<number> {
  const { store, clock } = ports;
  const failures: unknown[] = [];
  const putOff = new Set<string>();
  let done = 0;
  for (let after: string | undefined; ;) {
    const page = await store.listNames(EVENT_DUE_SPACE, { limit: BATCH, ...(after !== undefined && { after }) });
    const due = page.filter((name) => timeOf(name) <= clock());
    const found = (await Promise.all(due.map((ref) => read(ports, ref, failures)))).filter((one) => one !== undefined);
    const lanes = Map.groupBy(found, ({ event }) => event.service).values();
    // All take from one list: who is through with a service goes on with the next, whatever the others are at.
    const tell = async (): Promise<number> => {
      let count = 0;
      for (const lane of lanes) count += await serve(ports, lane, putOff, failures);
      return count;
    };
    for (const count of await Promise.all(Array.from({ length: AT_ONCE }, tell))) done += count;
    if (due.length < BATCH) break;
    after = due.at(-1)?.name;
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} lifecycle events could not be sent`);
  return done;
}

/** A name proves nothing: what the record says decides. */
async function read({ store, directory }: EventPorts, ref: NamedRef, failures: unknown[]): Promise<Due | undefined> {
  try {
    const tenant = await directory.tenant(ref.tenantId);
    const record = await store.read({ tenantId: ref.tenantId, kind: ref.kind, id: ref.id });
    if (tenant === undefined || record === undefined) return undefined;
    const event = readLifecycleEvent(tenant.tenantKey, record);
    const instance = await directory.instance(event.tenantId, event.region);
    const isIts = instance !== undefined && instance.createdAtMs <= event.atMs + CLOCKS_DIFFER_MS;
    return { tenant, event, instance: isIts ? instance : undefined };
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}

/**
 * What is due to one service, one after another. Behind a failure its other events wait for the next time, and so they do
 * where it is slow: nobody waits for its sake.
 */
async function serve(
  ports: EventPorts,
  lane: readonly Due[],
  putOff: Set<string>,
  failures: unknown[],
): Promise<number> {
  const untilMs = ports.clock() + TURN_MS;
  let done = 0;
  // One that comes later may be due earlier, where an attempt at the first has failed.
  for (const due of lane.toSorted((a, b) => a.event.keyRevision - b.event.keyRevision)) {
    try {
      const { service } = due.event;
      const nowMs = ports.clock();
      const duty = dutyOf(due, nowMs, ports.isClockBelieved?.() ?? true);
      if (nowMs >= untilMs) putOff.add(service);
      if (duty === undefined || (duty === 'send' && putOff.has(service))) continue;
      const outcome = await DUTIES[duty](ports, due, failures);
      if (outcome !== 'passed') done++;
      if (outcome === 'failed') putOff.add(service);
    } catch (error) {
      // Another server was faster, or the service has acknowledged meanwhile.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  return done;
}

/** `passed`: it is not its turn. */
type Outcome = 'done' | 'failed' | 'passed';

const DUTIES: Record<EventDuty, (ports: EventPorts, due: Due, failures: unknown[]) => Promise<Outcome>> = {
  send: attempt,
  async 'note-late'(ports, { tenant, event }) {
    const nowMs = ports.clock();
    const { write } = putLifecycleEvent(tenant.tenantKey, event, { ...event, lateNotedAtMs: nowMs });
    // IBM's name of what did not come.
    const request = event.kind === 'sync' ? {} : { event: `kms.secrets.ack-${event.kind}` };
    const result = { reasonCode: 408, eventAckData: { eventId: event.id, eventType: event.kind } };
    await commit(ports, event, [write], 'kms:AcknowledgeEvent', { reason: 'not-acknowledged', result, request });
    return 'done';
  },
  async forget(ports, { event }) {
    await commit(ports, event, [removeLifecycleEvent(event)], 'kms:ForgetLifecycleEvent');
    return 'done';
  },
};

function dutyOf({ event, instance }: Due, nowMs: number, mayForget: boolean): EventDuty | undefined {
  // Of an instance that was deleted nobody is told.
  if (instance === undefined) return 'forget';
  const isDue = (duty: EventDuty, atMs: number): boolean => atMs <= nowMs && (duty !== 'forget' || mayForget);
  const due = [...dutiesOf(event)].filter(([duty, atMs]) => isDue(duty, atMs)).map(([duty]) => duty);
  // What is to be forgotten is not sent any more.
  return due.includes('forget') ? 'forget' : due[0];
}

async function attempt(ports: EventPorts, { tenant, event, instance }: Due, failures: unknown[]): Promise<Outcome> {
  const { store, clock, random } = ports;
  // Its instance went while it waited: what has no instance is forgotten.
  if (instance === undefined) return 'passed';
  const own = unsentName(event);
  const [head] = await store.listNames(own.space, { limit: 1 });
  // An earlier one is still to be sent.
  if (head?.name !== own.name) return 'passed';
  const { event: mine, write } = putLifecycleEvent(tenant.tenantKey, event, begun(event, clock()));
  await commit(ports, event, [write], 'kms:SendLifecycleEvent', { result: { attempt: mine.delivery.attempts } });
  const why = await tell(ports, mine, instance, failures);
  const nowMs = clock();
  const after = why === undefined ? delivered(mine, nowMs) : failed(mine, why, random(1).readUInt8() / 256, nowMs);
  const put = putLifecycleEvent(tenant.tenantKey, mine, after);
  const next = after.delivery.state === 'abandoned' ? await nextBehind(ports, tenant, after) : [];
  await commit(
    ports,
    event,
    [put.write, ...next],
    'kms:DeliverLifecycleEvent',
    why === undefined ? {} : { reason: why.failure },
  );
  return why === undefined ? 'done' : 'failed';
}

/** What an entry tells besides. */
interface Note {
  readonly reason?: string;
  readonly result?: object;
  readonly request?: object;
}

/** A fault is a failure like any: it is put off, and told once. */
async function tell(
  { sender }: EventPorts,
  event: LifecycleEvent,
  instance: Instance,
  failures: unknown[],
): Promise<NotTaken | undefined> {
  try {
    return await sender.send(event, instance);
  } catch (error) {
    if (event.delivery.failure !== FAULT) failures.push(error);
    return { failure: FAULT };
  }
}

/** What waits behind one that was given up: the attempts at that one count for it, too. */
async function nextBehind(
  { store }: EventPorts,
  { tenantKey, tenantId }: Tenant,
  givenUp: LifecycleEvent,
): Promise<Write[]> {
  const { space, name } = unsentName(givenUp);
  const [ref] = await store.listNames(space, { after: name, limit: 1 });
  const record = ref && (await store.read({ tenantId, kind: ref.kind, id: ref.id }));
  if (record === undefined) return [];
  const event = readLifecycleEvent(tenantKey, record);
  const after = { ...event, delivery: passedOver(event.delivery, triesOf(givenUp.delivery)) };
  return [putLifecycleEvent(tenantKey, event, after).write];
}

async function commit(
  { store, clock, random }: EventPorts,
  event: LifecycleEvent,
  writes: readonly Write[],
  action: string,
  { reason, result = {}, request = {} }: Note = {},
): Promise<void> {
  const { tenantId, id, kind, keyId, region, service } = event;
  const act = {
    tenantId,
    action,
    key: keyRecordId(keyId, region),
    requestId: id,
    reason,
    details: { region, request: { ...request, eventId: id, eventType: kind, service }, result: { ...result } },
  };
  await store.commit({ writes, entries: [ownEntry(act, clock(), random)] });
}

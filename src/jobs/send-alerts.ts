import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Write } from '../records/commit.ts';
import { timeOf } from '../records/names.ts';
import { passedOver, type NotTaken } from '../records/delivery.ts';
import { ConflictError, type NamedRef, type RecordStore } from '../records/ports.ts';
import type { StoredRecord } from '../records/record.ts';
import { attempted, begun, dueAtMs, type Alert } from '../vault/alerts/alert.ts';
import { ALERT_DUE_SPACE, alertRef, putAlert, readAlert, removeAlert } from '../vault/alerts/alert-record.ts';
import { channelRef, readChannel } from '../vault/alerts/channel-record.ts';
import type { AlertChannel } from '../vault/alerts/channel.ts';
import { ownEntry } from '../pipeline/own-entry.ts';

/** Brings alerts to where a channel leads. */
export interface AlertSender {
  /** Sends it once. Answers why it was not taken; `undefined` when it was. */
  send(tenant: Tenant, channel: AlertChannel, alert: Alert): Promise<NotTaken | undefined>;
}

export interface AlertPorts {
  readonly store: RecordStore;
  readonly directory: Directory;
  readonly sender: AlertSender;
  readonly clock: Clock;
  readonly random: Random;
}

/** What an attempt came to that met a fault of its own: the record of its channel is damaged, say. */
const FAULT = 'fault';
const BATCH = 200;
/** How many alerts of one tenant a round deals with: whoever has many keeps nobody else from being told. */
const PER_TENANT = 200;
/** An entry has room for so many records. */
const COMMIT = 100;
/** How many channels are told at once. */
const AT_ONCE = 8;

interface Due {
  readonly tenant: Tenant;
  readonly alert: Alert;
}

/**
 * Sends the alerts that wait, and forgets what is long over. Each attempt is begun by a commit, so of several servers one
 * makes it, and one that is killed in between is followed by another attempt with the same id. Where a channel is out of
 * reach its other alerts wait with the one that was tried, and no other channel does. Answers how many alerts it dealt with.
 *
 * @throws {AggregateError} when all others are done: what kept some of them
 */
export async function sendAlerts(ports: AlertPorts): Promise<number> {
  const failures: unknown[] = [];
  const refs = await dueRefs(ports);
  const due = (await Promise.all(refs.map((ref) => read(ports, ref, failures)))).filter((one) => one !== undefined);
  const lanes = Map.groupBy(due, ({ alert }) => `${alert.tenantId} ${alert.channelId}`).values();
  const tell = async (): Promise<number> => {
    let count = 0;
    for (const lane of lanes) count += await serve(ports, lane, failures);
    return count;
  };
  const counts = await Promise.all(Array.from({ length: AT_ONCE }, tell));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} alerts could not be dealt with`);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What is due, the oldest first, of every tenant. */
async function dueRefs({ store, clock }: AlertPorts): Promise<NamedRef[]> {
  const taken = new Map<string, number>();
  const refs: NamedRef[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.listNames(ALERT_DUE_SPACE, { limit: BATCH, ...(after !== undefined && { after }) });
    const due = page.filter((name) => timeOf(name) <= clock());
    for (const ref of due) {
      const count = taken.get(ref.tenantId) ?? 0;
      if (count >= PER_TENANT) continue;
      taken.set(ref.tenantId, count + 1);
      refs.push(ref);
    }
    if (due.length < BATCH) return refs;
    after = due.at(-1)?.name;
  }
}

/** A name proves nothing: what the record says decides. */
async function read({ store, directory }: AlertPorts, ref: NamedRef, failures: unknown[]): Promise<Due | undefined> {
  try {
    const tenant = await directory.tenant(ref.tenantId);
    const record = await store.read(alertRef(ref.tenantId, ref.id));
    return tenant && record && { tenant, alert: readAlert(tenant.tenantKey, record) };
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}

/** What is due to one channel, one after another. */
async function serve(ports: AlertPorts, lane: readonly Due[], failures: unknown[]): Promise<number> {
  let done = 0;
  for (const [index, { tenant, alert }] of lane.entries()) {
    try {
      if (dueAtMs(alert) > ports.clock()) continue;
      const { state } = alert.delivery;
      if (state !== 'waiting') await commit(ports, alert, [removeAlert(alert)], 'keystead:ForgetAlert');
      else {
        const againAtMs = await attempt(ports, tenant, alert, failures);
        if (againAtMs !== undefined) {
          await putOff(ports, tenant, lane.slice(index + 1), againAtMs);
          return done;
        }
      }
      done++;
    } catch (error) {
      // Another server was faster.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  return done;
}

/** What a channel that is out of reach would not take either: else it would stand before what others are told. */
async function putOff(ports: AlertPorts, { tenantKey }: Tenant, lane: readonly Due[], nextAtMs: number): Promise<void> {
  const waiting = lane.map(({ alert }) => alert).filter(({ delivery }) => delivery.state === 'waiting');
  for (let at = 0; at < waiting.length; at += COMMIT) {
    const some = waiting.slice(at, at + COMMIT);
    const writes = some.map((alert) =>
      putAlert(tenantKey, alert, { ...alert, delivery: { ...passedOver(alert.delivery, 1), nextAtMs } }),
    );
    await commit(ports, some[0] as Alert, writes, 'keystead:PutOffAlerts');
  }
}

/** When it is tried again; `undefined`: it was taken, or given up. */
async function attempt(
  ports: AlertPorts,
  tenant: Tenant,
  alert: Alert,
  failures: unknown[],
): Promise<number | undefined> {
  const { store, clock, random } = ports;
  const { tenantKey, tenantId } = tenant;
  const record = await store.read(channelRef(tenantId, alert.channelId));
  if (record === undefined) {
    await commit(ports, alert, [removeAlert(alert)], 'keystead:ForgetAlert', 'no-channel');
    return undefined;
  }
  const mine: Alert = { ...begun(alert, clock()), revision: alert.revision + 1 };
  await commit(ports, alert, [putAlert(tenantKey, alert, mine)], 'keystead:SendAlert');
  const why = await tell(ports, tenant, record, mine, failures);
  const after = attempted(mine, why, random(1).readUInt8() / 256, clock());
  const action = after.delivery.state === 'abandoned' ? 'keystead:AbandonAlert' : 'keystead:DeliverAlert';
  await commit(ports, alert, [putAlert(tenantKey, mine, after)], action, why?.failure);
  return after.delivery.state === 'waiting' ? after.delivery.nextAtMs : undefined;
}

/** A fault is a failure like any: it is put off, and told once. */
async function tell(
  { sender }: AlertPorts,
  tenant: Tenant,
  channel: StoredRecord,
  alert: Alert,
  failures: unknown[],
): Promise<NotTaken | undefined> {
  try {
    return await sender.send(tenant, readChannel(tenant.tenantKey, channel), alert);
  } catch (error) {
    if (alert.delivery.failure !== FAULT) failures.push(error);
    return { failure: FAULT };
  }
}

async function commit(
  { store, clock, random }: AlertPorts,
  { tenantId, id, channelId, facts, delivery }: Alert,
  writes: readonly Write[],
  action: string,
  reason?: string,
): Promise<void> {
  const details = { request: { alert: id, channel: channelId, kind: facts.kind, attempts: delivery.attempts } };
  const act = { tenantId, action, requestId: id, reason, details };
  await store.commit({ writes, entries: [ownEntry(act, clock(), random)] });
}

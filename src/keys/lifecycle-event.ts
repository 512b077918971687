import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { KeyEventKind } from './key-event.ts';
import {
  attemptBegun,
  attemptFailed,
  deliveredAt,
  toDeliver,
  type Delivery,
  type NotTaken,
} from '../records/delivery.ts';
import { currentVersion, type Key, type KeyState, type KeyVersion } from './key.ts';
import type { Registration } from './registration.ts';
import { WAITING_MS } from './waiting-times.ts';

const DAY_MS = 24 * 3_600_000;

/** What a service is told: what became of a key, or, because somebody asked, how it is. */
export type LifecycleEventKind = KeyEventKind | 'sync';

/** A version as a message tells it. */
export interface ToldVersion {
  readonly id: string;
  readonly createdAtMs: number;
}

/** What a service answers, once it has done what follows for it. */
export interface Acknowledgement {
  readonly atMs: number;
  /** How the key stands with the service, in its own words. */
  readonly state: string;
  /** When, by the service's clock. */
  readonly statedAtMs?: number;
  /** After a rotation: the version to which the service has gone over. */
  readonly versionId?: string;
}

/** What became of a key, for one service that has resources registered with it. */
export interface LifecycleEvent {
  readonly tenantId: string;
  readonly region: string;
  readonly keyId: string;
  /** UUID. */
  readonly id: string;
  readonly revision: number;
  readonly service: string;
  readonly kind: LifecycleEventKind;
  readonly atMs: number;
  /** Of the key, by the change that is told: events of one key and service have their order by it. */
  readonly keyRevision: number;
  readonly keyState: KeyState;
  readonly version?: ToldVersion;
  /** Of a rotation: the version that was the current one. */
  readonly oldVersion?: ToldVersion;
  /** Names of the service's resources, {@link TOLD_RESOURCES} at most. */
  readonly resources: readonly string[];
  readonly resourceCount: number;
  readonly delivery: Delivery;
  readonly acknowledgement?: Acknowledgement;
  /** When it was noted that no acknowledgement came in time. */
  readonly lateNotedAtMs?: number;
}

/** How many resources a message names. A service that has more lists its registrations. */
const TOLD_RESOURCES = 50;

/** How long an event is known: acknowledged, or not. */
const EVENT_MS = { keptAcknowledged: 30 * DAY_MS, kept: 90 * DAY_MS } as const;

/** The events of one change of a key: one for each service, whatever number of resources it has. */
export function eventsOf(
  kind: LifecycleEventKind,
  key: Key,
  registered: ReadonlyMap<string, readonly Pick<Registration, 'resourceCrn'>[]>,
  nowMs: number,
  random: Random,
): LifecycleEvent[] {
  const version = currentVersion(key);
  const old = kind === 'rotate' ? versionBefore(key) : undefined;
  return [...registered].map(([service, registrations]) => ({
    tenantId: key.tenantId,
    region: key.region,
    keyId: key.id,
    id: uuid(random),
    revision: 1,
    service,
    kind,
    atMs: nowMs,
    keyRevision: key.revision,
    keyState: key.state,
    ...(version && { version: told(version) }),
    ...(old && { oldVersion: told(old) }),
    resources: registrations.slice(0, TOLD_RESOURCES).map(({ resourceCrn }) => resourceCrn),
    resourceCount: registrations.length,
    delivery: toDeliver(nowMs),
  }));
}

/** The version that was the current one before the last rotation. */
function versionBefore({ versions }: Key): KeyVersion | undefined {
  const since = ({ rotation, createdAtMs }: KeyVersion): number => rotation?.atMs ?? createdAtMs;
  const previous = versions.filter(({ stage }) => stage === 'previous');
  // Of two from the same moment the later one stands behind.
  return previous.reduce<KeyVersion | undefined>(
    (last, one) => (last === undefined || since(one) >= since(last) ? one : last),
    undefined,
  );
}

function told({ id, createdAtMs }: KeyVersion): ToldVersion {
  return { id, createdAtMs };
}

/** An attempt begins: until it is over, or has been for too long, nobody else makes another. */
export function begun(event: LifecycleEvent, nowMs: number): LifecycleEvent {
  return { ...event, delivery: attemptBegun(event.delivery, nowMs) };
}

/** The service has it. What it does with it, its acknowledgement tells. */
export function delivered(event: LifecycleEvent, nowMs: number): LifecycleEvent {
  return { ...event, delivery: deliveredAt(event.delivery, nowMs) };
}

/** The attempt came to nothing: {@link attemptFailed}. */
export function failed(event: LifecycleEvent, why: NotTaken, jitter: number, nowMs: number): LifecycleEvent {
  return { ...event, delivery: attemptFailed(event.delivery, event.atMs, why, jitter, nowMs) };
}

export function acknowledged(event: LifecycleEvent, acknowledgement: Acknowledgement): LifecycleEvent {
  const { delivery } = event;
  // Whoever acknowledges has it, even where our request seemed to fail.
  const reached = delivery.state === 'delivered' ? event : delivered(event, acknowledgement.atMs);
  return { ...reached, acknowledgement };
}

/** When a service that has not acknowledged is late. */
export function lateAtMs({ atMs }: LifecycleEvent): number {
  return atMs + WAITING_MS.acknowledgement;
}

/** Whether a service has not answered in time, or did so late. */
export function isLate(event: LifecycleEvent, nowMs: number): boolean {
  return (event.acknowledgement?.atMs ?? nowMs) >= lateAtMs(event);
}

/** What the clock has to do to an event. */
export type EventDuty = 'send' | 'note-late' | 'forget';

/** When which duty comes next. `forget` comes always, and last. */
export function dutiesOf(event: LifecycleEvent): ReadonlyMap<EventDuty, number> {
  const { delivery, acknowledgement, lateNotedAtMs, atMs } = event;
  const duties = new Map<EventDuty, number>();
  if (acknowledgement === undefined && lateNotedAtMs === undefined) duties.set('note-late', lateAtMs(event));
  if (delivery.state === 'waiting') duties.set('send', delivery.nextAtMs);
  duties.set(
    'forget',
    acknowledgement === undefined ? atMs + EVENT_MS.kept : acknowledgement.atMs + EVENT_MS.keptAcknowledged,
  );
  return duties;
}

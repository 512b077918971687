import {
  attemptBegun,
  attemptFailed,
  deliveredAt,
  toDeliver,
  type Delivery,
  type NotTaken,
} from '../../records/delivery.ts';
import type { RunKind } from '../runs/job.ts';

const KEPT_MS = 30 * 24 * 3_600_000;

/** How urgent an alert is: something is lost or dark; something wants looking at; all is well again. */
export type AlertWeight = 'alarm' | 'warning' | 'good';

/** What people are told of: one row for each kind, with what it means in a sentence. */
export const ALERT_KINDS = {
  'run-failed': { weight: 'alarm', title: 'A run failed' },
  'run-incomplete': { weight: 'warning', title: 'A run ended, but some of what it was to do is not done' },
  'key-unavailable': { weight: 'alarm', title: 'A master key says no: scheduled runs are held until it is back' },
  'key-back': { weight: 'good', title: 'A master key can be used again: what was held runs now' },
  'key-pending-deletion': {
    weight: 'alarm',
    title: 'A master key is to be deleted: what only it opens will be unreadable for good',
  },
  'verification-findings': {
    weight: 'alarm',
    title: 'A verification found something in the store that is not as it was left',
  },
  'verification-good': { weight: 'good', title: 'A verification found everything in order again' },
  'backup-overdue': { weight: 'alarm', title: 'There has been no good backup for too long' },
  'backup-good': { weight: 'good', title: 'There is a good backup again' },
  'hold-release-asked': { weight: 'warning', title: 'Somebody asks to release a legal hold: a second person decides' },
  'store-rolled-back': {
    weight: 'alarm',
    title: 'The store does not have what it had: snapshots were dropped or put back',
  },
  test: { weight: 'good', title: 'This is a test: alerts arrive here' },
} as const satisfies Record<string, { readonly weight: AlertWeight; readonly title: string }>;

export type AlertKind = keyof typeof ALERT_KINDS;

/** What an alert tells: names that people have chosen, ids, codes and counts. Never a path, a file name, or data. */
export interface AlertFacts {
  readonly kind: AlertKind;
  readonly environmentId?: string;
  /** The environment's label. */
  readonly environment?: string;
  readonly sourceId?: string;
  readonly runId?: string;
  readonly runKind?: RunKind;
  /** The code of what stands in the way. */
  readonly code?: string;
  /** Of a master key, as its provider names it. */
  readonly keyId?: string;
  /** When a key is to be deleted. */
  readonly deletionAtMs?: number;
  /** How many snapshots nobody could open any more once the key is gone, of how many, and from when they are. */
  readonly unreadableCount?: number;
  readonly snapshotCount?: number;
  readonly newestUnreadableAt?: string;
  readonly oldestUnreadableAt?: string;
  readonly problemCount?: number;
  readonly findingCount?: number;
  readonly lastGoodAtMs?: number;
  readonly alertAfterHours?: number;
}

/** One thing that is told to one channel. */
export interface Alert {
  readonly tenantId: string;
  /** UUID; the id of its message, the same with each attempt. */
  readonly id: string;
  readonly revision: number;
  readonly channelId: string;
  readonly atMs: number;
  readonly facts: AlertFacts;
  readonly delivery: Delivery;
}

export function alertFor(fields: Pick<Alert, 'tenantId' | 'id' | 'channelId' | 'facts'>, nowMs: number): Alert {
  return { ...fields, revision: 0, atMs: nowMs, delivery: toDeliver(nowMs) };
}

/** An attempt begins: until it is over, or has been for too long, nobody else makes another. */
export function begun(alert: Alert, nowMs: number): Alert {
  return { ...alert, delivery: attemptBegun(alert.delivery, nowMs) };
}

/** The attempt is over. `why` it came to nothing; absent: it was taken. */
export function attempted(alert: Alert, why: NotTaken | undefined, jitter: number, nowMs: number): Alert {
  const { delivery, atMs } = alert;
  return {
    ...alert,
    delivery: why === undefined ? deliveredAt(delivery, nowMs) : attemptFailed(delivery, atMs, why, jitter, nowMs),
  };
}

/** When the clock has something to do to an alert: to send it, or to forget it. */
export function dueAtMs({ delivery, atMs }: Alert): number {
  return delivery.state === 'waiting' ? delivery.nextAtMs : atMs + KEPT_MS;
}

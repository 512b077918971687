import type { Instance } from '../../identity/tenant.ts';
import { DEFAULT_RING } from '../../keys/key.ts';

/** By which policies know a key, whatever protocol asks. */
export function keyArn({ region, accountId }: Instance, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

/** By which policies know an instance as a whole. */
export function instanceArn({ region, accountId, instanceId }: Instance): string {
  return `arn:aws:kms:${region}:${accountId}:instance/${instanceId}`;
}

/** A time as this API has it: RFC 3339 in whole seconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const RFC_3339 = /^(?<date>\d{4}-\d\d-\d\d)[Tt](?<time>\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?<zone>[Zz]|[+-]\d\d:\d\d)$/;

/** A time of RFC 3339 in milliseconds; `undefined` where it is none, or no day of the calendar. */
export function readTimestamp(text: string): number | undefined {
  const { date, time, zone } = RFC_3339.exec(text)?.groups ?? {};
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`);
  // The runtime takes February 30 for March 2.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The name of the ring of a key on this wire. */
export function ringOf({ keyRing = DEFAULT_RING }: { readonly keyRing?: string }): string {
  return keyRing;
}

/** Months of this wire have thirty days. */
export const DAYS_PER_MONTH = 30;

/** Days in whole months of this wire, at least one. */
export function monthsOf(days: number): number {
  return Math.max(1, Math.round(days / DAYS_PER_MONTH));
}

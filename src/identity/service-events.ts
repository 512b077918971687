import { randomBytes } from 'node:crypto';
import { wipe, type Bytes } from '../bytes/bytes.ts';
import type { Random } from '../crypto/random.ts';
import type { Put } from '../records/commit.ts';
import { putService, type Service } from './service.ts';
import type { Tenant } from './tenant.ts';

/** Where a service is told what becomes of the keys that it uses. */
export interface ServiceEvents {
  readonly url: string;
  /** Base64 of the wrapped secret that messages are signed with. */
  readonly secret: string;
  /** The one before: messages are signed with both for a while, so that the receiver can be changed. */
  readonly previous?: { readonly secret: string; readonly untilMs: number };
}

/** What signs messages, raw. */
export type EventSecret = Bytes<'EventSecret'>;

const SECRET_BYTES = 32;
/** How long the secret before goes on to sign. */
export const PREVIOUS_SECRET_MS = 24 * 3_600_000;

/** The write, and the secret where one was made: shown once, then wiped by the caller. */
export interface ServiceEventsSet {
  readonly service: Service;
  readonly write: Put;
  readonly secret?: EventSecret;
}

/** Sets where a service is told. A secret is made where there is none, or where `renew` asks for another. */
export function setServiceEvents(
  tenant: Tenant,
  service: Service,
  { url, renew = false }: { readonly url: string; readonly renew?: boolean },
  nowMs: number,
  random: Random,
): ServiceEventsSet {
  const { events } = service;
  if (events !== undefined && !renew) return putService(tenant, { ...service, events: { ...events, url } });
  const secret = randomBytes(SECRET_BYTES) as EventSecret;
  const wrapped = tenant.tenantKey.wrap(bindingOf(service), secret, random).toString('base64');
  const previous = events && { secret: events.secret, untilMs: nowMs + PREVIOUS_SECRET_MS };
  const after = { ...service, events: { url, secret: wrapped, ...(previous && { previous }) } };
  return { ...putService(tenant, after), secret };
}

/** A service is told nothing any more; what waits for it is kept for when it is. */
export function dropServiceEvents(tenant: Tenant, service: Service): ServiceEventsSet {
  const { events: _, ...rest } = service;
  return putService(tenant, rest);
}

/** The secrets that sign now, newest first. The caller wipes them. */
export function openEventSecrets(
  tenant: Tenant,
  service: Service & { readonly events: ServiceEvents },
  nowMs: number,
): EventSecret[] {
  const { secret, previous } = service.events;
  const wrapped = [secret, ...(previous !== undefined && previous.untilMs > nowMs ? [previous.secret] : [])];
  return wrapped.map((one) => tenant.tenantKey.unwrap(bindingOf(service), Buffer.from(one, 'base64')) as EventSecret);
}

/** Wipes secrets. */
export function wipeAll(secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) wipe(secret);
}

function bindingOf({ tenantId, id }: Service): ['service-events', string, string] {
  return ['service-events', tenantId, id];
}

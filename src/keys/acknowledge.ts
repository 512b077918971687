import type { Put } from '../records/commit.ts';
import { KeyError } from './errors.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { acknowledged, type Acknowledgement, type LifecycleEvent } from './lifecycle-event.ts';
import { putLifecycleEvent } from './lifecycle-event-record.ts';
import { putRegistration } from './registration-record.ts';
import { versionOf, type Registration } from './registration.ts';

/** An event, and what its service says of it. */
export interface Acknowledged {
  readonly event: LifecycleEvent;
  readonly acknowledgement: Acknowledgement;
}

/**
 * Takes down that a service has done what follows from events of one key. After a rotation its registrations go over to
 * the version that it has gone over to. To acknowledge again changes nothing: the first time counts.
 *
 * @throws {KeyError} `registration-version-unknown` the key has no such version
 */
export function acknowledge(
  space: KeySpace,
  key: Key,
  all: readonly Acknowledged[],
  registrations: readonly Registration[],
): Put[] {
  for (const { acknowledgement } of all) {
    const { versionId } = acknowledgement;
    if (versionId !== undefined && versionOf(key, versionId) === undefined) {
      throw new KeyError('registration-version-unknown', { keyId: key.id });
    }
  }
  const fresh = all.filter(({ event }) => event.acknowledgement === undefined);
  const events = fresh.map(
    ({ event, acknowledgement }) =>
      putLifecycleEvent(space.tenantKey, event, acknowledged(event, acknowledgement)).write,
  );
  return [...events, ...moved(space, key, fresh, registrations)];
}

/** Registrations go forward only: what a late answer to an earlier rotation tells may be over already. */
function moved(
  { tenantKey }: KeySpace,
  { versions }: Key,
  fresh: readonly Acknowledged[],
  registrations: readonly Registration[],
): Put[] {
  const placeOf = (id: string | undefined): number => versions.findIndex((version) => version.id === id);
  return registrations.flatMap((registration) => {
    const own = fresh.filter(({ event }) => event.service === registration.service);
    const place = Math.max(...own.map(({ acknowledgement }) => placeOf(acknowledgement.versionId)), -1);
    const to = versions[place];
    if (to === undefined || place <= placeOf(registration.versionId)) return [];
    const { createdBy: updatedBy, revision } = registration;
    const updatedAtMs = Math.max(...own.map(({ acknowledgement }) => acknowledgement.atMs));
    const after = { ...registration, versionId: to.id, revision: revision + 1, updatedAtMs, updatedBy };
    return [putRegistration(tenantKey, after)];
  });
}

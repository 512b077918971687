import type { Random } from '../crypto/random.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import { SERVICE_NAME } from '../identity/service.ts';
import type { Directory } from '../identity/directory.ts';
import type { NeededRoom } from '../keys/change.ts';
import { nothingMore } from '../keys/held.ts';
import { eventsOf, type LifecycleEventKind } from '../keys/lifecycle-event.ts';
import { lifecycleEventsOf, putLifecycleEvent } from '../keys/lifecycle-event-record.ts';
import type { Key } from '../keys/key.ts';
import { registrationsOf } from '../keys/registration-record.ts';
import type { Put } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';

/** What became of a key, or that services are to be told anew how it is. */
export interface ToTell {
  readonly kind: LifecycleEventKind;
  /** As it is afterwards. */
  readonly key: Key;
  /** Further services that are to hear of it, although nothing of theirs is registered any more. */
  readonly also?: readonly string[];
}

/** What goes into the commit of a change, so that whoever uses the key is told of it, come what may. */
export interface Told {
  readonly writes: readonly Put[];
  /** Nobody was registered meanwhile who would not be told. */
  readonly rooms: readonly NeededRoom[];
}

/** Makes the events for those who registered their use of the keys that something became of. */
export type TellServices = (happened: readonly ToTell[], nowMs: number) => Promise<Told>;

export function tellServices(records: RecordReader, directory: Directory, random: Random): TellServices {
  return async (happened, nowMs) => {
    const writes: Put[] = [];
    const rooms: NeededRoom[] = [];
    for (const { kind, key, also = [] } of happened) {
      const tenant = await directory.tenant(key.tenantId);
      if (tenant === undefined) throw new TypeError('a key has a tenant');
      const { tenantKey } = tenant;
      const registrations = await registrationsOf(records, tenantKey, key);
      rooms.push(nothingMore(key, registrations.length));
      const registered = Map.groupBy(registrations, ({ service }) => service);
      // A deletion by force took the registrations away: those who heard of it hear of its end.
      const bereft = kind === 'restore' ? await toldOfDeletion(records, tenantKey, key) : [];
      for (const service of [...also, ...bereft]) if (!registered.has(service)) registered.set(service, []);
      // What this installation registers for itself is under no service's name: it looks after its keys anyway.
      for (const name of registered.keys()) if (!SERVICE_NAME.test(name)) registered.delete(name);
      const events = eventsOf(kind, key, registered, nowMs, random);
      writes.push(...events.map((event) => putLifecycleEvent(tenantKey, undefined, event).write));
    }
    return { writes, rooms };
  };
}

async function toldOfDeletion(records: RecordReader, tenantKey: TenantKey, key: Key): Promise<string[]> {
  const events = await lifecycleEventsOf(records, tenantKey, key);
  return [...new Set(events.filter(({ kind }) => kind === 'delete').map(({ service }) => service))];
}

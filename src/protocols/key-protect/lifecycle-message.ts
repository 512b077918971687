import { crnOf, instanceCrn } from '../../identity/crn.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { LifecycleEvent, ToldVersion } from '../../keys/lifecycle-event.ts';
import { lateAtMs } from '../../keys/lifecycle-event.ts';
import { keyArn, timestamp } from './names.ts';
import { STATES } from './show-key.ts';

/** What a service is sent: docs/spec/lifecycle-events.md. The same bytes each time the event is sent. */
export function lifecycleMessage(event: LifecycleEvent, instance: Instance): Buffer {
  const { id, kind, atMs, keyId, keyState, version, oldVersion, resources, resourceCount } = event;
  const message = {
    type: `key.${kind}`,
    timestamp: timestamp(atMs),
    data: {
      eventId: id,
      acknowledgeBy: timestamp(lateAtMs(event)),
      instanceId: instance.instanceId,
      instanceCrn: instanceCrn(instance),
      keyId,
      keyCrn: crnOf(instance, 'key', keyId),
      keyArn: keyArn(instance, keyId),
      keyState: STATES[keyState],
      ...(version && { keyVersion: shown(version) }),
      ...(oldVersion && { oldKeyVersion: shown(oldVersion) }),
      resources,
      resourceCount,
    },
  };
  return Buffer.from(JSON.stringify(message), 'utf8');
}

function shown({ id, createdAtMs }: ToldVersion): object {
  return { id, creationDate: timestamp(createdAtMs) };
}

import { acknowledge, type Acknowledged } from '../../../keys/acknowledge.ts';
import { KeyError } from '../../../keys/errors.ts';
import type { Acknowledgement, LifecycleEvent } from '../../../keys/lifecycle-event.ts';
import { lifecycleEventRef, readLifecycleEvent } from '../../../keys/lifecycle-event-record.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { registrationsOf } from '../../../keys/registration-record.ts';
import { NO_CONTENT } from '../answer.ts';
import { badBody, badField } from '../errors.ts';
import { facts, type Values } from '../facts.ts';
import { resourcesOf, type Fields } from '../fields.ts';
import { targetOf } from '../find-key.ts';
import { timestamp } from '../names.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { requireService } from '../services-only.ts';
import { STATES } from '../show-key.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NAMES = ['eventId', 'adopterKeyState', 'timestamp', 'keyStateData'] as const;
const MAX_EVENTS = 20;

interface Asked {
  readonly eventId: string;
  readonly told: Omit<Acknowledgement, 'atMs'>;
}

interface Found {
  readonly event: LifecycleEvent;
  readonly open: OpenKey;
}

/** `POST /event_ack` */
export const acknowledgeEvent: Operation = {
  notes:
    'as IBM documented it until 2022; inferred: 204 without a body, that `adopterKeyState` is a text or a number, and 404 EVENT_NOT_FOUND_ERR for events of other services. At most 20 at once. An event that is acknowledged again stays as it was first',
  async prepare(context, { body }) {
    const registrar = requireService(context.principal);
    const asked = askedOf(body);
    const found = await Promise.all(asked.map(({ eventId }) => findEvent(context, eventId, registrar.service)));
    const [only, ...others] = found;
    return {
      targets: found.map(({ open }) => targetOf(context, 'kms:AcknowledgeEvent', open)),
      details: facts({
        ...(only &&
          others.length === 0 &&
          only.event.kind !== 'sync' && { event: `kms.secrets.ack-${only.event.kind}` }),
        eventIds: asked.map(({ eventId }) => eventId),
      }),
      async run(nowMs) {
        const all = found.map(({ event, open }, at) => {
          const acknowledgement = { ...(asked[at] as Asked).told, atMs: nowMs };
          return { event, open, acknowledgement };
        });
        const writes = [];
        for (const [open, ofKey] of Map.groupBy(all, (one) => one.open)) {
          const registrations = await registrationsOf(context.records, open.space.tenantKey, open.key);
          writes.push(...acknowledge(open.space, open.key, ofKey, registrations));
        }
        const told = others.length === 0 && all[0] !== undefined ? { eventAckData: dataOf(all[0]) } : {};
        return { value: NO_CONTENT, writes, result: facts(told) };
      },
    };
  },
};

/**
 * An event that is for the service that asks.
 *
 * @throws {KeyError} `event-not-found`
 */
async function findEvent({ records, instance, keys }: OperationContext, id: string, service: string): Promise<Found> {
  const record = await records.read(lifecycleEventRef(instance.tenantId, id));
  const event = record && readLifecycleEvent(instance.tenantKey, record);
  const open =
    event?.service === service && event.region === instance.region && (await keys.find(instance, event.keyId));
  if (event === undefined || !open) throw new KeyError('event-not-found');
  return { event, open };
}

/** @throws {KeyProtectError} `NO_BODY_ERR`, `BAD_BODY_ERR`, `INVALID_FIELD_ERR` */
function askedOf(body: unknown): Asked[] {
  const resources = resourcesOf(body, NAMES);
  if (resources.length > MAX_EVENTS) throw badBody(`At most ${MAX_EVENTS} events per request are supported`);
  const asked = resources.map(readOne);
  if (new Set(asked.map(({ eventId }) => eventId)).size < asked.length) throw badBody('An event is named twice');
  return asked;
}

function readOne(fields: Fields): Asked {
  const eventId = fields.text('eventId', { min: 36, max: 36 })?.toLowerCase();
  if (eventId === undefined || !UUID.test(eventId)) throw badField('eventId', 'the id of an event, a UUID');
  const state = fields.raw('adopterKeyState');
  const isNumber = Number.isInteger(state) && (state as number) >= 0 && (state as number) <= 99;
  const text = isNumber ? String(state) : fields.text('adopterKeyState', { min: 1, max: 64 });
  if (text === undefined) throw badField('adopterKeyState', 'how the key stands with the service');
  const statedAtMs = fields.date('timestamp');
  const data = fields.object('keyStateData', ['rewrappedKeyVersion']);
  const versionId = data?.text('rewrappedKeyVersion', { min: 1, max: 64 });
  return {
    eventId,
    told: {
      state: text,
      ...(statedAtMs !== undefined && { statedAtMs }),
      ...(versionId !== undefined && { versionId }),
    },
  };
}

/** What IBM's events of acknowledgements tell. */
function dataOf({ event, acknowledgement }: Acknowledged): Values {
  const { version, oldVersion } = event;
  const newVersionId = event.kind === 'rotate' ? (acknowledgement.versionId ?? version?.id) : undefined;
  return {
    eventId: event.id,
    eventType: event.kind,
    eventAckTimeStamp: timestamp(acknowledgement.statedAtMs ?? acknowledgement.atMs),
    keyState: STATES[event.keyState],
    ...(newVersionId !== undefined && { newKeyVersionId: newVersionId }),
    ...(version && event.kind === 'rotate' && { newKeyVersionCreationDate: timestamp(version.createdAtMs) }),
    ...(oldVersion && {
      oldKeyVersionId: oldVersion.id,
      oldKeyVersionCreationDate: timestamp(oldVersion.createdAtMs),
    }),
  };
}

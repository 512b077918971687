import Type from 'typebox';
import { isLate, type LifecycleEvent } from '../../../keys/lifecycle-event.ts';
import { lifecycleEventsOf } from '../../../keys/lifecycle-event-record.ts';
import { registrationsOf } from '../../../keys/registration-record.ts';
import type { Registration } from '../../../keys/registration.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { adminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';

const EVENT = named('LifecycleEvent', {
  eventId: UUID,
  service: Type.String(),
  kind: Type.Enum(['rotate', 'disable', 'enable', 'delete', 'restore', 'sync']),
  at: TIMESTAMP,
  delivery: Type.Enum(['waiting', 'delivered', 'abandoned']),
  attempts: Type.Integer({ minimum: 0 }),
  failure: Type.Optional(Type.String({ description: 'why the last attempt was not taken' })),
  nextAttemptAt: Type.Optional(TIMESTAMP),
  deliveredAt: Type.Optional(TIMESTAMP),
  acknowledgedAt: Type.Optional(TIMESTAMP),
  acknowledgedState: Type.Optional(Type.String({ description: 'how the key stands with the service, in its words' })),
  isLate: Type.Boolean({ description: 'the service did not acknowledge within four hours' }),
  resources: Type.Integer({ minimum: 0, description: 'how many resources of the service the key protected' }),
});

const REGISTRATION = named('Registration', {
  resourceCrn: Type.String(),
  service: Type.String(),
  description: Type.Optional(Type.String()),
  preventsDeletion: Type.Boolean({ description: 'the key is not deleted, not even by force' }),
  keyVersionId: UUID,
  createdAt: TIMESTAMP,
  updatedAt: TIMESTAMP,
});

export const listKeyEvents = adminRoute({
  id: 'listKeyEvents',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/events',
  action: 'kms:ListKeyEvents',
  summary: 'Lists what services were told of a key, whether they have it, and who is late; oldest first',
  status: 200,
  params: KEY_PARAMS,
  answer: closed({ items: Type.Array(EVENT) }),
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:ListKeyEvents', params);
    return {
      targets: [found.target],
      run: async (nowMs) => {
        // Of a deleted key too: whether everybody has heard of it is what one wants to know then.
        const { key, space } = found.target.key ?? found.require(nowMs);
        const events = await lifecycleEventsOf(context.services.records, space.tenantKey, key);
        return { value: { items: events.map((event) => showEvent(event, nowMs)) } };
      },
    };
  },
  show: (list: { items: ReturnType<typeof showEvent>[] }) => list,
});

export const listKeyRegistrations = adminRoute({
  id: 'listKeyRegistrations',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/registrations',
  action: 'kms:ListRegistrations',
  summary: 'Lists the resources that services registered with a key: while there are any, it is not deleted',
  status: 200,
  params: KEY_PARAMS,
  answer: closed({ items: Type.Array(REGISTRATION) }),
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:ListRegistrations', params);
    return {
      targets: [found.target],
      run: async (nowMs) => {
        const { key, space } = found.target.key ?? found.require(nowMs);
        const registrations = await registrationsOf(context.services.records, space.tenantKey, key);
        return { value: { items: registrations.map(showRegistration) } };
      },
    };
  },
  show: (list: { items: ReturnType<typeof showRegistration>[] }) => list,
});

function showEvent(event: LifecycleEvent, nowMs: number) {
  const { id, service, kind, atMs, delivery, acknowledgement, resourceCount } = event;
  const { state, attempts, failure, nextAtMs, deliveredAtMs } = delivery;
  return {
    eventId: id,
    service,
    kind,
    at: timestamp(atMs),
    delivery: state,
    attempts,
    ...(failure !== undefined && { failure }),
    ...(state === 'waiting' && { nextAttemptAt: timestamp(nextAtMs) }),
    ...(deliveredAtMs !== undefined && { deliveredAt: timestamp(deliveredAtMs) }),
    ...(acknowledgement && {
      acknowledgedAt: timestamp(acknowledgement.atMs),
      acknowledgedState: acknowledgement.state,
    }),
    isLate: isLate(event, nowMs),
    resources: resourceCount,
  };
}

function showRegistration(registration: Registration) {
  const { resourceCrn, service, description, preventsDeletion, versionId, createdAtMs, updatedAtMs } = registration;
  return {
    resourceCrn,
    service,
    ...(description !== undefined && { description }),
    preventsDeletion,
    keyVersionId: versionId,
    createdAt: timestamp(createdAtMs),
    updatedAt: timestamp(updatedAtMs),
  };
}

import { deleteInstance, type Instance } from '../../../identity/tenant.ts';
import { policiesStand, putInstancePolicies } from '../../../keys/instance-policies-record.ts';
import { eventsOfInstanceSpace, lifecycleEventRef, readLifecycleEvent } from '../../../keys/lifecycle-event-record.ts';
import { readXksEndpoint } from '../../../keys/xks-endpoint-record.ts';
import type { Done, Needed } from '../../../pipeline/act.ts';
import { BusyError } from '../../../pipeline/errors.ts';
import type { Remove } from '../../../records/commit.ts';
import type { RecordKind, StoredRecord } from '../../../records/record.ts';
import { requireRegion } from '../find.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, REGION_NAME } from '../schema.ts';
import { REGION_ANSWER, showRegion } from './regions.ts';

/** What must be gone before its region can go. */
const IN_THE_WAY = {
  key: 'keys (those that wait for their deletion or were deleted count until they are gone for good)',
  'key-store': 'key stores',
} as const satisfies Partial<Record<RecordKind, string>>;

/** How many events for services go with a region at once: the entry names each. What is left the clock forgets. */
const EVENTS_AT_ONCE = 200;

/** What is a region's own and goes with it. */
const GOES_WITH_IT: readonly RecordKind[] = ['key-ring', 'instance-import-token'];

const PAGE_LENGTH = 1_000;

export const deleteRegion = adminRoute({
  id: 'deleteRegion',
  method: 'POST',
  path: '/regions/{region}/delete',
  action: 'keystead:DeleteRegion',
  summary: 'Closes a region of the own tenant that holds no key any more, with its key rings and policies',
  status: 200,
  params: closed({ region: REGION_NAME }),
  answer: REGION_ANSWER,
  example: { params: { region: 'eu-west-1' } },
  prepare: (context, { params }) => ({
    targets: [{ action: 'keystead:DeleteRegion', resource: '*' }],
    details: { region: params.region },
    run: async (nowMs) => remove(context, await requireRegion(context, params.region), nowMs),
  }),
  show: showRegion,
});

async function remove(context: AdminContext, instance: Instance, nowMs: number): Promise<Done<Instance>> {
  const { tenantId, region } = instance;
  const { records } = context.services;
  const refusals = Object.entries(IN_THE_WAY).map(
    ([kind, noun]) => [kind as RecordKind, notEmpty(region, noun)] as const,
  );
  for (const [kind, refusal] of refusals) {
    if ((await records.count(tenantId, kind, region)) > 0) throw refusal;
  }
  const endpoints = await listAll(context, instance, 'xks-endpoint', '');
  if (endpoints.some((record) => readXksEndpoint(instance.tenantKey, record).region === region))
    throw notEmpty(region, 'endpoints of external key stores');
  const own = await Promise.all(
    GOES_WITH_IT.map(async (kind) => [kind, await listAll(context, instance, kind, region)] as const),
  );
  // Counted once more where commits are ordered: what came in between is not left behind without its region.
  const rooms: Needed[] = [
    ...refusals.map(([kind, refusal]) => ({ room: { tenantId, kind, scope: region, below: 1 }, refusal })),
    ...own.map(([kind, { length }]) => ({
      room: { tenantId, kind, scope: region, below: length + 1 },
      refusal: new BusyError(),
    })),
  ];
  const events = await eventsOf(context, instance);
  // They are emptied and not removed: whoever keeps them knows them by their revision, which must not go back.
  const policies = await context.services.keys.instancePolicies.find(instance);
  const { revision } = policies;
  return {
    value: instance,
    writes: [
      deleteInstance(instance, nowMs),
      ...own.flatMap(([, rows]) => rows.map(removal)),
      ...events.map(removal),
      ...(revision === 0 ? [] : [putInstancePolicies(instance, { revision })]),
    ],
    ...(revision === 0 && { preconditions: [policiesStand(instance, policies)] }),
    rooms,
    shred: true,
  };
}

async function eventsOf({ services: { records } }: AdminContext, instance: Instance): Promise<StoredRecord[]> {
  const names = await records.listNames(eventsOfInstanceSpace(instance), { limit: EVENTS_AT_ONCE });
  const found: StoredRecord[] = [];
  for (const { name } of names) {
    const record = await records.read(lifecycleEventRef(instance.tenantId, name));
    const isIts = record && readLifecycleEvent(instance.tenantKey, record).region === instance.region;
    if (record !== undefined && isIts === true) found.push(record);
  }
  return found;
}

function removal({ tenantId, kind, id, revision }: StoredRecord): Remove {
  return { remove: { tenantId, kind, id }, revision };
}

async function listAll(
  { services: { records } }: AdminContext,
  { tenantId }: Instance,
  kind: RecordKind,
  scope: string,
): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for (;;) {
    const after = all.at(-1)?.id;
    const page = await records.list(tenantId, kind, scope, {
      limit: PAGE_LENGTH,
      ...(after !== undefined && { after }),
    });
    all.push(...page);
    if (page.length < PAGE_LENGTH) return all;
  }
}

function notEmpty(region: string, what: string): AdminRefusal {
  return new AdminRefusal('region-not-empty', `the region ${region} has ${what}`);
}

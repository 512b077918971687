import { setImmediate } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { conditionOf } from '../../../keys/state.ts';
import { makeRoom } from '../../../records/record-cache.ts';
import { readInstance, type Instance } from '../../../identity/tenant.ts';
import type { ListedKey } from '../listed-key.ts';
import { keyArn } from '../arn.ts';
import { KEY_ID, named, REGION_NAME, TIMESTAMP, timestamp } from '../schema.ts';
import { overviewPart, type PartContext } from './part.ts';

const DAY_MS = 24 * 3_600_000;
/** What comes later than this is not soon. */
const SOON_MS = 90 * DAY_MS;
const MAX_SOON = 20;
const MAX_REGIONS = 100;

const KINDS = ['deletion', 'purge', 'material-expiry', 'expiry', 'rotation'] as const;
type Kind = (typeof KINDS)[number];

export const KEYS_PART = named('OverviewKeys', {
  count: Type.Integer({ description: 'those that are there, deleted ones that can be restored among them' }),
  isAtLeast: Type.Boolean({ description: 'there may be more: there was no time to look at all' }),
  countedAt: Type.Optional({
    ...TIMESTAMP,
    description: 'there are too many to be counted for each answer: this was counted then, up to 10 minutes ago',
  }),
  states: Type.Array(named('OverviewKeyState', { state: Type.String(), count: Type.Integer() })),
  soon: Type.Array(
    named('OverviewKeySoon', {
      kind: Type.Enum([...KINDS]),
      at: TIMESTAMP,
      keyId: KEY_ID,
      region: REGION_NAME,
      arn: Type.String(),
      name: Type.Optional(Type.String()),
    }),
    { description: `what comes within 90 days, the next ${MAX_SOON}` },
  ),
});

interface Soon {
  readonly kind: Kind;
  readonly atMs: number;
  readonly recordId: string;
  readonly space: Instance;
}

/** What a look through the keys of a tenant came to. */
interface Looked {
  readonly states: ReadonlyMap<string, number>;
  readonly soon: readonly Soon[];
  /** When it began. */
  readonly atMs: number;
}

/** The last whole look at tenants whose keys are too many for one request, and the looks that go on beside it. */
interface Known {
  readonly whole: Map<string, Looked>;
  readonly goingOn: Set<string>;
}

/** Of how many tenants the last whole look is kept. */
const MAX_KNOWN = 100;
/** A whole look that is older than this is told no more. */
const MAX_AGE_MS = 10 * 60_000;
const known = new WeakMap<object, Known>();

export const keysPart = overviewPart({
  target: () => ({ action: 'kms:ListKeys', resource: '*' }),
  read: async (context): Promise<Static<typeof KEYS_PART>> => {
    const { nowMs } = context;
    const { looked, isWhole } = await lookThrough(context);
    if (isWhole) return show(context, looked);
    const before = knownOf(context).whole.get(context.proof.tenant.tenantId);
    lookOn(context);
    if (before === undefined || nowMs - before.atMs > MAX_AGE_MS)
      return { ...(await show(context, looked)), isAtLeast: true };
    return { ...(await show(context, before)), countedAt: timestamp(before.atMs) };
  },
});

async function lookThrough(context: PartContext): Promise<{ readonly looked: Looked; readonly isWhole: boolean }> {
  const { services, nowMs } = context;
  const states = new Map<string, number>();
  let soon: Soon[] = [];
  for (const space of await regionsOf(context)) {
    for await (const lot of services.listedKeys.walk(space)) {
      for (const listed of lot) {
        const state = await stateOf(context, space, listed);
        if (state === undefined || state === 'gone') continue;
        states.set(state, (states.get(state) ?? 0) + 1);
        soon.push(...soonOf(listed, space, nowMs));
      }
      soon = soon.toSorted((one, other) => one.atMs - other.atMs).slice(0, MAX_SOON);
      if (!(await context.goOn())) return { looked: { states, soon, atMs: nowMs }, isWhole: false };
    }
  }
  return { looked: { states, soon, atMs: nowMs }, isWhole: true };
}

function knownOf({ services: { listedKeys } }: PartContext): Known {
  const found = known.get(listedKeys) ?? { whole: new Map<string, Looked>(), goingOn: new Set<string>() };
  known.set(listedKeys, found);
  return found;
}

/** Looks to the end beside the request, once at a time for each tenant: what it finds is for those that come later. */
function lookOn(context: PartContext): void {
  const { whole, goingOn } = knownOf(context);
  const { tenantId } = context.proof.tenant;
  if (goingOn.has(tenantId)) return;
  goingOn.add(tenantId);
  const goOn = async (): Promise<boolean> => {
    await setImmediate();
    return true;
  };
  void lookThrough({ ...context, goOn })
    .then(({ looked }) => {
      whole.delete(tenantId);
      makeRoom(whole, MAX_KNOWN);
      whole.set(tenantId, looked);
    })
    // Whoever asks next meets what is wrong, in its own request.
    .catch(() => {})
    .finally(() => goingOn.delete(tenantId));
}

async function show(context: PartContext, { states, soon }: Looked): Promise<Static<typeof KEYS_PART>> {
  const named = await Promise.all(soon.map((one) => showSoon(context, one)));
  return {
    count: [...states.values()].reduce((sum, count) => sum + count, 0),
    isAtLeast: false,
    states: [...states].map(([state, count]) => ({ state, count })).toSorted((a, b) => b.count - a.count),
    soon: named.filter((one) => one !== undefined),
  };
}

/** The regions of the own tenant. */
export async function regionsOf({ services, proof: { tenant } }: PartContext): Promise<Instance[]> {
  const rows = await services.records.list(tenant.tenantId, 'instance', '', { limit: MAX_REGIONS });
  return rows.flatMap((row) => readInstance(tenant, row) ?? []);
}

async function stateOf({ services, nowMs }: PartContext, space: Instance, { id, conditioned }: ListedKey) {
  if (conditioned !== undefined) return conditionOf(conditioned, nowMs);
  const open = await services.keys.find(space, idOf(id));
  return open && conditionOf(open.key, nowMs);
}

/** What is going to become of a key by itself. */
function soonOf(
  { id: recordId, conditioned, purgesAtMs, rotatesAtMs }: ListedKey,
  space: Instance,
  nowMs: number,
): Soon[] {
  const times: readonly (readonly [Kind, number | undefined])[] = [
    ['deletion', conditioned?.deletion?.dueAtMs],
    ['purge', purgesAtMs],
    ['material-expiry', conditioned?.versions[0]?.materialExpiresAtMs],
    ['expiry', conditioned?.expiresAtMs],
    ['rotation', rotatesAtMs],
  ];
  return times.flatMap(([kind, atMs]) =>
    atMs !== undefined && atMs > nowMs && atMs <= nowMs + SOON_MS ? [{ kind, atMs, recordId, space }] : [],
  );
}

async function showSoon({ services }: PartContext, { kind, atMs, recordId, space }: Soon) {
  const open = await services.keys.find(space, idOf(recordId));
  if (open === undefined) return undefined;
  const { id, region, name = open.key.aliases[0]?.name } = open.key;
  return {
    kind,
    at: timestamp(atMs),
    keyId: id,
    region,
    arn: keyArn(region, space.accountId, id),
    ...(name !== undefined && { name }),
  };
}

/** The id of a key, from that of its record. */
function idOf(recordId: string): string {
  return recordId.replace(/@.*$/s, '');
}

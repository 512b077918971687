import Type, { type Static } from 'typebox';
import { conditionOf } from '../../../keys/state.ts';
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

export const keysPart = overviewPart({
  target: () => ({ action: 'kms:ListKeys', resource: '*' }),
  read: async (context): Promise<Static<typeof KEYS_PART>> => {
    const { services, nowMs } = context;
    const states = new Map<string, number>();
    let soon: Soon[] = [];
    let isWhole = true;
    for (const space of await regionsOf(context)) {
      if (!isWhole) break;
      for await (const lot of services.listedKeys.walk(space)) {
        for (const listed of lot) {
          const state = await stateOf(context, space, listed);
          if (state === undefined || state === 'gone') continue;
          states.set(state, (states.get(state) ?? 0) + 1);
          soon.push(...soonOf(listed, space, nowMs));
        }
        soon = soon.toSorted((one, other) => one.atMs - other.atMs).slice(0, MAX_SOON);
        isWhole = await context.goOn();
        if (!isWhole) break;
      }
    }
    const named = await Promise.all(soon.map((one) => showSoon(context, one)));
    return {
      count: [...states.values()].reduce((sum, count) => sum + count, 0),
      isAtLeast: !isWhole,
      states: [...states].map(([state, count]) => ({ state, count })).toSorted((a, b) => b.count - a.count),
      soon: named.filter((one) => one !== undefined),
    };
  },
});

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

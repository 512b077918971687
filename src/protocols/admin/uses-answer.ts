import Type, { type Static } from 'typebox';
import { USES_BY_HOUR_DAYS, USES_KEPT_HOURS, type UseCount } from '../../records/key-uses.ts';
import type { RecordReader } from '../../records/ports.ts';
import { RequestError } from './errors.ts';
import { closed, named, TIMESTAMP, timestamp } from './schema.ts';

const HOUR_MS = 3_600_000;
const HOURS = { hour: 1, day: 24 } as const;
/** A month by the hour. */
const MAX_STEPS = { hour: 31 * 24, day: USES_KEPT_HOURS / 24 + 1 } as const;

export const USES_QUERY = closed({
  from: { ...TIMESTAMP, description: 'the beginning of the first step; rounded down to the hour' },
  to: { ...TIMESTAMP, description: 'up to, and without; rounded up to the step' },
  step: Type.Optional(
    Type.Enum(['hour', 'day'], {
      description: `uses of more than ${USES_BY_HOUR_DAYS} days ago count as of the first hour of their day, in UTC`,
    }),
  ),
});

export const EXAMPLE_USES = { from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' };

const KINDS = Type.Array(named('UsesOfKind', { action: Type.String(), count: Type.Integer() }));

/** Counted uses. */
export const USES = named('Uses', {
  from: TIMESTAMP,
  to: TIMESTAMP,
  step: Type.Enum(['hour', 'day']),
  countedSince: { ...TIMESTAMP, description: 'what was before was not counted' },
  count: Type.Integer({ description: 'all of them; counted for people to see: the audit log is what proves uses' }),
  kinds: KINDS,
  steps: Type.Array(named('UsesOfStep', { from: TIMESTAMP, count: Type.Integer(), kinds: KINDS })),
});

/** Counts the uses of a key, or of all keys that a tenant's log tells of. @throws {RequestError} the range is none, or too long */
export async function readUses(
  records: RecordReader,
  tenantId: string,
  key: string | undefined,
  { from, to, step = 'hour' }: Static<typeof USES_QUERY>,
): Promise<Static<typeof USES>> {
  const hoursPerStep = HOURS[step];
  const fromHour = Math.floor(Date.parse(from) / HOUR_MS);
  const steps = Math.ceil((Date.parse(to) / HOUR_MS - fromHour) / hoursPerStep);
  if (steps < 1 || steps > MAX_STEPS[step]) throw rangeUnfit(step);
  const toHour = fromHour + steps * hoursPerStep;
  const asked = { tenantId, fromHour, toHour, hoursPerStep, ...(key !== undefined && { key }) };
  const counts = await records.countUses(asked);
  const byStep = Map.groupBy(counts, (one) => one.step);
  return {
    from: timestamp(fromHour * HOUR_MS),
    to: timestamp(toHour * HOUR_MS),
    step,
    countedSince: timestamp(await records.usesCountedSinceMs()),
    count: sumOf(counts),
    kinds: kindsOf(counts),
    steps: Array.from({ length: steps }, (_, n) => {
      const own = byStep.get(n) ?? [];
      return {
        from: timestamp((fromHour + n * hoursPerStep) * HOUR_MS),
        count: sumOf(own),
        kinds: kindsOf(own),
      };
    }),
  };
}

function sumOf(counts: readonly UseCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** The most frequent first. */
function kindsOf(counts: readonly UseCount[]): { action: string; count: number }[] {
  return [...Map.groupBy(counts, ({ action }) => action)]
    .map(([action, own]) => ({ action, count: sumOf(own) }))
    .toSorted((one, other) => other.count - one.count || (one.action < other.action ? -1 : 1));
}

function rangeUnfit(step: 'hour' | 'day'): RequestError {
  return new RequestError({
    status: 400,
    code: 'range-unfit',
    message: `uses by the ${step} are of 1 to ${MAX_STEPS[step]} steps, and to comes behind from`,
    action: step === 'hour' ? 'Ask for at most a month by the hour, or by the day.' : 'Ask for at most 400 days.',
  });
}

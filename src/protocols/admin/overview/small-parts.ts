import Type, { type Static } from 'typebox';
import { readCheckpoint } from '../../../audit/checkpoint.ts';
import { named, TIMESTAMP, timestamp } from '../schema.ts';
import { readUses, USES } from '../uses-answer.ts';
import { overviewPart } from './part.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const USES_PART = named('OverviewUses', { lastDay: USES, lastWeek: USES });

export const usesPart = overviewPart({
  target: () => ({ action: 'kms:GetKeyLastUsage', resource: '*' }),
  read: async ({ services: { records }, proof: { tenant }, nowMs }): Promise<Static<typeof USES_PART>> => {
    const to = timestamp(Math.ceil(nowMs / HOUR_MS) * HOUR_MS);
    const from = (days: number) => timestamp(Date.parse(to) - days * DAY_MS);
    const [lastDay, lastWeek] = await Promise.all([
      readUses(records, tenant.tenantId, undefined, { from: from(1), to, step: 'hour' }),
      readUses(records, tenant.tenantId, undefined, { from: from(7), to, step: 'day' }),
    ]);
    return { lastDay, lastWeek };
  },
});

export const LOG_PART = named('OverviewLog', {
  size: Type.Integer({ minimum: 0, description: 'entries up to the newest checkpoint; 0: there is none yet' }),
  signedAt: Type.Optional({
    ...TIMESTAMP,
    description:
      'a log that entries wait for is signed every second or so: one that is long ago while things are done says that it stands still',
  }),
});

export const logPart = overviewPart({
  target: () => ({ action: 'keystead:GetStatus', resource: '*' }),
  read: async ({ services: { audit }, proof: { tenant } }): Promise<Static<typeof LOG_PART>> => {
    const checkpoint = await audit.checkpoint(tenant.tenantId);
    if (checkpoint === undefined) return { size: 0 };
    const { size, timeMs } = readCheckpoint(checkpoint);
    return { size, signedAt: timestamp(timeMs) };
  },
});

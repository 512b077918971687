import { uuid } from '../../../crypto/uuid.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { requireSchedule } from '../../../jobs/find-source.ts';
import type { Write } from '../../../records/commit.ts';
import { paused, scheduleFrom, type Schedule, type ScheduledTask } from '../../../vault/schedules/schedule.ts';
import { putSchedule, readSchedule, removeSchedule } from '../../../vault/schedules/schedule-record.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminRoute } from '../route.ts';
import { closed, PAGE, pageFrom, paged, pageOf, UUID } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';
import { SCHEDULE, SCHEDULE_INPUT, scheduleInput, showSchedule } from '../vault/schedule-input.ts';
import { TASK_INPUT, taskFrom } from '../vault/task-input.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const PARAMS = closed({ environmentId: UUID, scheduleId: UUID });
const EXAMPLE = { ...EXAMPLE_ENVIRONMENT, scheduleId: '8c2f9d54-1b7e-4a0c-9d2e-5f6a7b8c9d0e' };

const createSchedule = adminRoute({
  id: 'createSchedule',
  method: 'POST',
  path: '/environments/{environmentId}/schedules',
  action: 'keystead:CreateSchedule',
  summary: 'Has an environment looked after by the clock; backups are scheduled with their source',
  status: 201,
  params: ENVIRONMENT_PARAMS,
  body: closed({ task: TASK_INPUT, schedule: SCHEDULE_INPUT }),
  answer: SCHEDULE,
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: { task: { kind: 'verify', level: 'data' }, schedule: { cron: '0 4 * * 0', timeZone: 'Europe/Berlin' } },
  },
  prepare: ({ services: { records, random }, proof: { tenant } }, { params, body }) => ({
    targets: [{ action: 'keystead:CreateSchedule', resource: environmentArn(tenant, params.environmentId) }],
    details: { environment: params.environmentId, task: body.task.kind },
    run: (nowMs) =>
      refusing(async () => {
        const { id: environmentId } = await requireEnvironment(records, tenant, params.environmentId);
        const task: ScheduledTask = taskFrom(body.task);
        const { tenantId, tenantKey } = tenant;
        const fields = { tenantId, id: uuid(random), environmentId, task };
        const schedule = scheduleFrom(fields, scheduleInput(body.schedule, nowMs), undefined, nowMs);
        return {
          value: schedule,
          writes: [putSchedule(tenantKey, undefined, schedule)],
          result: { schedule: fields.id },
        };
      }),
  }),
  show: (schedule: Schedule, { nowMs }) => showSchedule(schedule, nowMs),
});

const listSchedules = adminRoute({
  id: 'listSchedules',
  method: 'GET',
  path: '/environments/{environmentId}/schedules',
  action: 'keystead:ListSchedules',
  summary: 'Lists what an environment does by the clock, those of its sources included',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  query: PAGE,
  answer: pageOf(SCHEDULE),
  example: { params: EXAMPLE_ENVIRONMENT, query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { params, query }) => ({
    targets: [{ action: 'keystead:ListSchedules', resource: environmentArn(tenant, params.environmentId) }],
    run: (nowMs) =>
      refusing(async () => {
        await requireEnvironment(records, tenant, params.environmentId);
        const rows = await records.list(tenant.tenantId, 'schedule', params.environmentId, pageFrom(query));
        const items = rows.map((row) => showSchedule(readSchedule(tenant.tenantKey, row), nowMs));
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showSchedule>[]; next?: string }) => page,
});

interface Change {
  readonly verb: 'Pause' | 'Resume' | 'Delete';
  readonly summary: string;
  readonly change: (before: Schedule, nowMs: number) => Schedule | undefined;
}

const CHANGES: readonly Change[] = [
  {
    verb: 'Pause',
    summary: 'Pauses a schedule: what comes due until it is resumed is not made up for',
    change: (before, nowMs) => paused(before, true, nowMs),
  },
  {
    verb: 'Resume',
    summary: 'Resumes a schedule, from its next time on',
    change: (before, nowMs) => paused(before, false, nowMs),
  },
  { verb: 'Delete', summary: 'Forgets a schedule that is not of a source', change: () => undefined },
];

/** Every endpoint of schedules. */
export const SCHEDULE_ROUTES: readonly AdminRoute[] = [createSchedule, listSchedules, ...CHANGES.map(changeRoute)];

function changeRoute({ verb, summary, change }: Change): AdminRoute {
  return adminRoute({
    id: `${verb.toLowerCase()}Schedule`,
    method: 'POST',
    path: `/environments/{environmentId}/schedules/{scheduleId}/${verb.toLowerCase()}`,
    action: `keystead:${verb}Schedule`,
    summary,
    status: 200,
    params: PARAMS,
    answer: SCHEDULE,
    example: { params: EXAMPLE },
    prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
      targets: [{ action: `keystead:${verb}Schedule`, resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId, schedule: params.scheduleId },
      run: (nowMs) =>
        refusing(async () => {
          const before = await requireSchedule(records, tenant, params.environmentId, params.scheduleId);
          const after = change(before, nowMs);
          if (after === undefined && before.task.kind === 'backup') throw new RequestError(OF_A_SOURCE);
          const write: Write =
            after === undefined ? removeSchedule(before) : putSchedule(tenant.tenantKey, before, after);
          return { value: after ?? before, writes: [write] };
        }),
    }),
    show: (schedule: Schedule, { nowMs }) => showSchedule(schedule, nowMs),
  });
}

const OF_A_SOURCE = {
  status: 409,
  code: 'schedule-of-source',
  message: 'the schedule is that of a source',
  action: 'Change the source: "keystead vault source update --without-schedule".',
};

import Type from 'typebox';
import { uuid } from '../../../crypto/uuid.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { findSchedule, requireSource } from '../../../jobs/find-source.ts';
import type { Write } from '../../../records/commit.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { paused, scheduleFrom, type Schedule } from '../../../vault/schedules/schedule.ts';
import { putSchedule, removeSchedule } from '../../../vault/schedules/schedule-record.ts';
import { storedSpec, type BackupSource } from '../../../vault/sources/backup-source.ts';
import { putSource, readSource, removeSource, sourceName } from '../../../vault/sources/source-record.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, PAGE, pageFrom, paged, pageOf, UUID } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';
import { SCHEDULE_INPUT, scheduleInput } from '../vault/schedule-input.ts';
import { LIMITS, showSource, SOURCE, SOURCE_SPEC_INPUT, sourceSpecFrom, specsIn } from '../vault/source-input.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const SOURCE_PARAMS = closed({ environmentId: UUID, sourceId: UUID });
const EXAMPLE_SOURCE = { ...EXAMPLE_ENVIRONMENT, sourceId: '8c2f9d54-1b7e-4a0c-9d2e-5f6a7b8c9d0e' };
const NAME = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,256}$',
  description:
    'stays what it is, wherever the source moves: what is backed up under it is compared with what was before',
});
const ALERT_AFTER_HOURS = Type.Integer({ minimum: 1, maximum: 8760 });
const SETTINGS = {
  schedule: Type.Optional(SCHEDULE_INPUT),
  limits: Type.Optional(LIMITS),
  alertAfterHours: Type.Optional(ALERT_AFTER_HOURS),
};

interface Shown {
  readonly source: BackupSource;
  readonly schedule: Schedule | undefined;
}

export const createSource = adminRoute({
  id: 'createSource',
  method: 'POST',
  path: '/environments/{environmentId}/sources',
  action: 'keystead:CreateSource',
  summary: 'Makes a source known to an environment: what is backed up, when, and how fast',
  status: 201,
  params: ENVIRONMENT_PARAMS,
  body: closed({ name: NAME, ...SOURCE_SPEC_INPUT, ...SETTINGS }),
  answer: SOURCE,
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: {
      name: 'records',
      folder: { path: '/srv/records', exclude: ['*.tmp'] },
      schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
      alertAfterHours: 36,
    },
  },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    return {
      targets: [{ action: 'keystead:CreateSource', resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId, source: body.name },
      run: (nowMs) =>
        refusing(async () => {
          const { tenantKey, tenantId } = tenant;
          const { id: environmentId } = await requireEnvironment(services.records, tenant, params.environmentId);
          requireOneSpec(specsIn(body) === 1);
          if ((await services.records.resolve(sourceName(tenantId, environmentId, body.name))) !== undefined) {
            throw new EnvironmentError(
              'source-exists',
              `The environment has a source ${body.name} already. Choose another name, or change that one`,
            );
          }
          const wanted = body.schedule && scheduleInput(body.schedule, nowMs);
          const id = uuid(services.random);
          const spec = await sourceSpecFrom(context, body.name, body);
          const source: BackupSource = {
            tenantId,
            id,
            revision: 0,
            environmentId,
            name: body.name,
            spec: storedSpec(tenantKey, id, spec, services.random),
            limits: body.limits ?? {},
            ...(body.alertAfterHours !== undefined && { alertAfterHours: body.alertAfterHours }),
            createdAtMs: nowMs,
            updatedAtMs: nowMs,
          };
          const schedule = wanted && scheduleFrom(scheduleFields(source), wanted, undefined, nowMs);
          const writes: Write[] = [putSource(tenantKey, undefined, source)];
          if (schedule) writes.push(putSchedule(tenantKey, undefined, schedule));
          return { value: { source, schedule }, writes, result: { source: id } };
        }),
    };
  },
  show: showOne,
});

export const listSources = adminRoute({
  id: 'listSources',
  method: 'GET',
  path: '/environments/{environmentId}/sources',
  action: 'keystead:ListSources',
  summary: 'Lists the sources of an environment',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  query: PAGE,
  answer: pageOf(SOURCE),
  example: { params: EXAMPLE_ENVIRONMENT, query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { params, query }) => ({
    targets: [{ action: 'keystead:ListSources', resource: environmentArn(tenant, params.environmentId) }],
    run: (nowMs) =>
      refusing(async () => {
        await requireEnvironment(records, tenant, params.environmentId);
        const rows = await records.list(tenant.tenantId, 'source', params.environmentId, pageFrom(query));
        const items = [];
        for (const row of rows) {
          const source = readSource(tenant.tenantKey, row);
          items.push(showSource(source, await findSchedule(records, tenant, source.id), nowMs));
        }
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showSource>[]; next?: string }) => page,
});

export const getSource = adminRoute({
  id: 'getSource',
  method: 'GET',
  path: '/environments/{environmentId}/sources/{sourceId}',
  action: 'keystead:GetSource',
  summary: 'Shows a source, when it is backed up next, and its newest good backup',
  status: 200,
  params: SOURCE_PARAMS,
  answer: SOURCE,
  example: { params: EXAMPLE_SOURCE },
  prepare: (context, { params }) => ({
    targets: [{ action: 'keystead:GetSource', resource: environmentArn(context.proof.tenant, params.environmentId) }],
    run: () => refusing(async () => ({ value: await findOne(context, params) })),
  }),
  show: showOne,
});

export const updateSource = adminRoute({
  id: 'updateSource',
  method: 'POST',
  path: '/environments/{environmentId}/sources/{sourceId}',
  action: 'keystead:UpdateSource',
  summary: 'Changes a source. What is not said stays as it is',
  status: 200,
  params: SOURCE_PARAMS,
  body: closed({
    ...SOURCE_SPEC_INPUT,
    ...SETTINGS,
    remove: Type.Optional(
      Type.Array(Type.Enum(['schedule', 'limits', 'alertAfterHours']), {
        uniqueItems: true,
        description: 'settings to take away',
      }),
    ),
  }),
  answer: SOURCE,
  example: { params: EXAMPLE_SOURCE, body: { limits: { bytesPerSecond: 10_000_000 }, remove: ['alertAfterHours'] } },
  prepare: (context, { params, body }) => ({
    targets: [
      { action: 'keystead:UpdateSource', resource: environmentArn(context.proof.tenant, params.environmentId) },
    ],
    details: { environment: params.environmentId, source: params.sourceId },
    run: (nowMs) =>
      refusing(async () => {
        const { tenantKey } = context.proof.tenant;
        const { source: before, schedule: timed } = await findOne(context, params);
        const specs = specsIn(body);
        requireOneSpec(specs <= 1);
        const { remove = [], limits = before.limits, alertAfterHours = before.alertAfterHours } = body;
        requireOneWord(remove.filter((name) => body[name] !== undefined));
        const { alertAfterHours: _, ...rest } = before;
        const source: BackupSource = {
          ...rest,
          ...(specs === 1 && { spec: await storedSpecFrom(context, before, body) }),
          limits: remove.includes('limits') ? {} : limits,
          ...(!remove.includes('alertAfterHours') && alertAfterHours !== undefined && { alertAfterHours }),
          updatedAtMs: nowMs,
        };
        const writes: Write[] = [putSource(tenantKey, before, source)];
        const wanted = body.schedule && scheduleInput(body.schedule, nowMs);
        const schedule = wanted ? scheduleFrom(scheduleFields(source), wanted, timed, nowMs) : timed;
        const isTimed = !remove.includes('schedule');
        if (wanted && schedule) writes.push(putSchedule(tenantKey, timed, schedule));
        if (!isTimed && timed) writes.push(removeSchedule(timed));
        return { value: { source, schedule: isTimed ? schedule : undefined }, writes };
      }),
  }),
  show: showOne,
});

const [pauseSource, resumeSource] = (['Pause', 'Resume'] as const).map((verb) => {
  const on = verb === 'Pause';
  return adminRoute({
    id: `${verb.toLowerCase()}Source`,
    method: 'POST',
    path: `/environments/{environmentId}/sources/{sourceId}/${verb.toLowerCase()}`,
    action: `keystead:${verb}Source`,
    summary: on
      ? 'Pauses the schedule of a source: what comes due until it is resumed is not made up for'
      : 'Resumes the schedule of a source, from its next time on',
    status: 200,
    params: SOURCE_PARAMS,
    answer: SOURCE,
    example: { params: EXAMPLE_SOURCE },
    prepare: (context, { params }) => ({
      targets: [
        { action: `keystead:${verb}Source`, resource: environmentArn(context.proof.tenant, params.environmentId) },
      ],
      details: { environment: params.environmentId, source: params.sourceId },
      run: (nowMs) =>
        refusing(async () => {
          const { source, schedule: before } = await findOne(context, params);
          if (before === undefined) {
            throw new EnvironmentError(
              'schedule-not-found',
              `The source ${source.name} has no schedule: it is backed up when somebody says so. Give it one first`,
            );
          }
          const schedule = paused(before, on, nowMs);
          return {
            value: { source, schedule },
            writes: [putSchedule(context.proof.tenant.tenantKey, before, schedule)],
          };
        }),
    }),
    show: showOne,
  });
}) as [ReturnType<typeof adminRoute>, ReturnType<typeof adminRoute>];

export const deleteSource = adminRoute({
  id: 'deleteSource',
  method: 'POST',
  path: '/environments/{environmentId}/sources/{sourceId}/delete',
  action: 'keystead:DeleteSource',
  summary: 'Forgets a source and its schedule. Its backups stay where they are, and can be restored',
  status: 200,
  params: SOURCE_PARAMS,
  answer: SOURCE,
  example: { params: EXAMPLE_SOURCE },
  prepare: (context, { params }) => ({
    targets: [
      { action: 'keystead:DeleteSource', resource: environmentArn(context.proof.tenant, params.environmentId) },
    ],
    details: { environment: params.environmentId, source: params.sourceId },
    run: () =>
      refusing(async () => {
        const found = await findOne(context, params);
        const { source, schedule } = found;
        return { value: found, writes: [removeSource(source), ...(schedule ? [removeSchedule(schedule)] : [])] };
      }),
  }),
  show: showOne,
});

/** Every endpoint of sources. */
export const SOURCE_ROUTES = [
  createSource,
  listSources,
  getSource,
  updateSource,
  pauseSource,
  resumeSource,
  deleteSource,
];

async function findOne(
  { services: { records }, proof: { tenant } }: AdminContext,
  { environmentId, sourceId }: { readonly environmentId: string; readonly sourceId: string },
): Promise<Shown> {
  await requireEnvironment(records, tenant, environmentId);
  const source = await requireSource(records, tenant, environmentId, sourceId);
  return { source, schedule: await findSchedule(records, tenant, source.id) };
}

/** What a source is to be from now on: of the same kind, since what it has backed up so far is of that kind. */
async function storedSpecFrom(
  context: AdminContext,
  { id, name, spec: before }: BackupSource,
  body: Parameters<typeof sourceSpecFrom>[2],
): Promise<BackupSource['spec']> {
  const spec = await sourceSpecFrom(context, name, body);
  if (spec.kind !== before.kind) {
    throw new EnvironmentError(
      'source-exists',
      `The source ${name} is of the kind ${before.kind}, and stays so. Make another source`,
    );
  }
  const after = storedSpec(context.proof.tenant.tenantKey, id, spec, context.services.random);
  const keepsPassword = before.kind === 'postgres' && after.kind === 'postgres' && isSamePlace(before, after);
  if (!keepsPassword || after.password !== undefined || before.password === undefined) return after;
  return { ...after, password: before.password };
}

type PostgresPlace = Pick<Extract<BackupSource['spec'], { kind: 'postgres' }>, 'host' | 'port' | 'user' | 'tls'>;

/** Whether a password that is kept would go to whom it was given for, and in no plainer way. */
function isSamePlace(a: PostgresPlace, b: PostgresPlace): boolean {
  return a.host === b.host && (a.port ?? 5432) === (b.port ?? 5432) && a.user === b.user && a.tls === b.tls;
}

function requireOneSpec(isOne: boolean): void {
  if (isOne) return;
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: 'a source is one of a folder, a PostgreSQL server or a stream',
    action: 'Say exactly one of folder, postgres and stream.',
  });
}

function requireOneWord(twice: readonly string[]): void {
  if (twice.length === 0) return;
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: `${twice.join(', ')} is given, and to be taken away`,
    action: 'Say one of both.',
  });
}

function scheduleFields({ tenantId, id, environmentId }: BackupSource) {
  return { tenantId, id, environmentId, task: { kind: 'backup', sourceId: id } } as const;
}

function showOne({ source, schedule }: Shown, { nowMs }: AdminContext) {
  return showSource(source, schedule, nowMs);
}

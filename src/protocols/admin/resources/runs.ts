import Type from 'typebox';
import type { Tenant } from '../../../identity/tenant.ts';
import type { RecordReader } from '../../../records/ports.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import type { RunResult } from '../../../vault/runs/job.ts';
import { putRun, readRun, runRef } from '../../../vault/runs/run-record.ts';
import type { Run } from '../../../vault/runs/run.ts';
import { requireSource } from '../../../jobs/find-source.ts';
import { requireFolder } from '../../../jobs/allowed-source.ts';
import { planBackup } from '../../../jobs/plan-backup.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, PAGE, pageFrom, paged, pageOf, UUID } from '../schema.ts';
import { RESTORE_DATABASES_INPUT, restoreDatabasesFrom } from '../vault/restore-databases-input.ts';
import { RUN, showRun, showSnapshots, SNAPSHOTS } from '../vault/answers.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { RESTORE_INPUT, restoreFrom } from '../vault/restore-input.ts';
import { CHECK_LEVEL_NAMES } from '../../../vault/check/check-level.ts';
import { refusing } from '../vault/refusals.ts';
import { withSources } from '../vault/snapshot-sources.ts';
import { runRoute } from '../vault/start-run.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const PATH = Type.String({ minLength: 1, maxLength: 1024, description: 'an absolute path on the server' });
const RUN_PARAMS = closed({ runId: UUID });
const EXAMPLE_RUN = { runId: '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21' };

// Ids of runs sort by when they began.
const RUNS_PAGE = closed({
  ...PAGE.properties,
  order: Type.Optional(Type.Enum(['oldest-first', 'newest-first'], { default: 'oldest-first' })),
});

const ONE_SOURCE = {
  status: 400,
  code: 'invalid-request',
  message: 'a backup is of a source that the environment knows, or of a folder',
  action: 'Say either sourceId, or source and perhaps sourceName.',
};

export const startBackup = runRoute({
  id: 'startBackup',
  below: '/backups',
  action: 'keystead:StartBackup',
  summary: 'Starts a backup of a source that the environment knows, or of any folder of the server',
  body: closed({
    sourceId: Type.Optional(UUID),
    source: Type.Optional(PATH),
    sourceName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'stays the same when the folder moves; by default its path',
      }),
    ),
  }),
  example: { source: '/srv/records' },
  details: ({ sourceId, source }) => ({
    ...(sourceId !== undefined && { sourceId }),
    ...(source !== undefined && { source }),
  }),
  plan: async ({ services, proof: { tenant } }, environment, { sourceId, source: path, sourceName }) => {
    const { records, vault } = services;
    if (sourceId !== undefined && path === undefined && sourceName === undefined) {
      return planBackup(vault.sourceRoots, tenant, await requireSource(records, tenant, environment.id, sourceId));
    }
    if (path === undefined || sourceId !== undefined) throw new RequestError(ONE_SOURCE);
    const place = await requireFolder(vault.sourceRoots, path);
    const spec = { kind: 'folder', path: place, name: sourceName ?? place } as const;
    return { work: { kind: 'backup', source: spec }, subject: { source: place } };
  },
});

export const startRestore = runRoute({
  id: 'startRestore',
  below: '/restores',
  action: 'keystead:StartRestore',
  summary: 'Starts a restore of a snapshot, or of some of its paths, into a folder of the server',
  body: closed(RESTORE_INPUT),
  example: { snapshotId: `${'0'.repeat(32)}-0000000001`, destination: '/srv/restored' },
  details: ({ snapshotId, destination }) => ({ ...(snapshotId !== undefined && { snapshotId }), destination }),
  plan: async (context, _environment, body) => {
    const work = await restoreFrom(context, body);
    const { snapshotId } = body;
    const subject = { ...(snapshotId !== undefined && { snapshotId }), destination: work.destination };
    return { work: { kind: 'restore', ...work }, subject };
  },
});

export const startDatabaseRestore = runRoute({
  id: 'startDatabaseRestore',
  below: '/database-restores',
  action: 'keystead:StartRestore',
  summary: 'Starts a restore of databases of a snapshot into a running PostgreSQL server',
  body: closed(RESTORE_DATABASES_INPUT),
  example: { to: { host: 'db.example.org', user: 'postgres' }, databases: [{ database: 'records' }] },
  details: ({ snapshotId, to }) => ({
    ...(snapshotId !== undefined && { snapshotId }),
    destination: `postgresql ${to.host}`,
  }),
  plan: async (context, _environment, body) => {
    const { work, password } = await restoreDatabasesFrom(context, body);
    const { snapshotId } = work.snapshot;
    return {
      work: { kind: 'restore-databases', ...work },
      openWork: () => ({
        kind: 'restore-databases',
        ...work,
        to: { ...work.to, ...(password !== undefined && { password: Buffer.from(password, 'utf8') }) },
      }),
      subject: { ...(snapshotId !== undefined && { snapshotId }), destination: `postgresql ${work.to.host}` },
    };
  },
});

export const startVerification = runRoute({
  id: 'startVerification',
  ofAnyVault: true,
  below: '/verifications',
  action: 'keystead:StartVerification',
  summary: 'Starts a verification of everything that restores would need',
  body: closed({
    level: Type.Enum([...CHECK_LEVEL_NAMES], {
      description:
        'list: names and chains; hashes: every object as its name and signature say, without a key; structure: keys, trees, packs are there; sample and data: a part, or all, of every byte; drill: every envelope is opened by each recipient, and files are read back',
    }),
    samplePercent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'of the level sample' })),
  }),
  example: { level: 'structure' },
  details: ({ level }) => ({ level }),
  plan: (_context, _environment, { level, samplePercent }) => ({
    work: { kind: 'verify', level, ...(samplePercent !== undefined && { samplePercent }) },
    subject: { level },
  }),
});

export const listSnapshots = adminRoute({
  id: 'listSnapshots',
  method: 'GET',
  path: '/environments/{environmentId}/snapshots',
  action: 'keystead:ListSnapshots',
  summary: 'Lists the snapshots that the store has, and what of its history is not as it was left',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: SNAPSHOTS,
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:ListSnapshots', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        const end = await services.vault.questions.snapshots(tenant, environment);
        if (end.state !== 'succeeded') throw new RequestError({ status: 422, ...end.problem });
        const { snapshots = [], ...result } = end.report.result;
        const named = await withSources(services.records, tenant, environment.id, snapshots);
        return { value: { ...result, snapshots: named } };
      }),
  }),
  show: (result: RunResult) => showSnapshots(result),
});

export const listRuns = adminRoute({
  id: 'listRuns',
  method: 'GET',
  path: '/environments/{environmentId}/runs',
  action: 'keystead:ListRuns',
  summary: 'Lists the runs of an environment, oldest first or newest first',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  query: RUNS_PAGE,
  answer: pageOf(RUN),
  example: { params: EXAMPLE_ENVIRONMENT, query: { limit: 10, order: 'newest-first' } },
  prepare: ({ services, proof: { tenant } }, { params, query }) => ({
    targets: [{ action: 'keystead:ListRuns', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        await requireEnvironment(services.records, tenant, params.environmentId);
        const rows = await services.records.list(tenant.tenantId, 'run', params.environmentId, {
          ...pageFrom(query),
          isReversed: query.order === 'newest-first',
        });
        const runs = rows.map((row) => readRun(tenant.tenantKey, row));
        const items = runs.map((run) => showRun(run, services.vault.desk.progressOf(run)));
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showRun>[]; next?: string }) => page,
});

export const getRun = adminRoute({
  id: 'getRun',
  method: 'GET',
  path: '/runs/{runId}',
  action: 'keystead:GetRun',
  summary: 'Shows a run: how far it is, or what came of it',
  status: 200,
  params: RUN_PARAMS,
  answer: RUN,
  example: { params: EXAMPLE_RUN },
  prepare: async (context, { params }) => {
    const { tenant } = context.proof;
    const run = await findRun(context.services.records, tenant, params.runId);
    return {
      targets: [{ action: 'keystead:GetRun', resource: environmentArn(tenant, run?.environmentId ?? '*') }],
      run: () => refusing(async () => ({ value: requireRun(run, params.runId) })),
    };
  },
  show: (run: Run, { services }) => showRun(run, services.vault.desk.progressOf(run)),
});

export const cancelRun = adminRoute({
  id: 'cancelRun',
  method: 'POST',
  path: '/runs/{runId}/cancel',
  action: 'keystead:CancelRun',
  summary: 'Asks a run to stop; it ends soon after',
  status: 200,
  params: RUN_PARAMS,
  answer: RUN,
  example: { params: EXAMPLE_RUN },
  prepare: async (context: AdminContext, { params }) => {
    const { services, proof } = context;
    const found = await findRun(services.records, proof.tenant, params.runId);
    return {
      targets: [{ action: 'keystead:CancelRun', resource: environmentArn(proof.tenant, found?.environmentId ?? '*') }],
      details: { run: params.runId },
      run: (nowMs) =>
        refusing(async () => {
          const run = requireRun(found, params.runId);
          if (run.state !== 'running') {
            throw new EnvironmentError('run-ended', `The run ${run.id} has ended already: it ${run.state}`);
          }
          // The process that it belongs to hears of it by the record.
          if (services.vault.desk.isHere(run.id) || run.cancelledAtMs !== undefined) return { value: run };
          const after = { ...run, cancelledAtMs: nowMs };
          return { value: after, writes: [putRun(proof.tenant.tenantKey, run, after)] };
        }),
    };
  },
  show: (run: Run, { services }) => {
    services.vault.desk.cancel(run.id);
    return showRun(run, services.vault.desk.progressOf(run));
  },
});

async function findRun(records: RecordReader, tenant: Tenant, id: string): Promise<Run | undefined> {
  const record = await records.read(runRef(tenant.tenantId, id));
  return record && readRun(tenant.tenantKey, record);
}

function requireRun(run: Run | undefined, id: string): Run {
  if (run === undefined) {
    throw new EnvironmentError(
      'run-not-found',
      `Your tenant has no run ${id}. List the runs of the environment to see their ids`,
    );
  }
  return run;
}

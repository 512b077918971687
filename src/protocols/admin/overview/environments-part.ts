import Type, { type Static } from 'typebox';
import { environmentArn } from '../../../jobs/find-environment.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { NamedRef, RecordReader } from '../../../records/ports.ts';
import { readEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { regionOfKey } from '../../../vault/environments/key-region.ts';
import type { KeyWatch } from '../../../vault/key-watch/key-watch.ts';
import { LOCK_SPACE, readRun } from '../../../vault/runs/run-record.ts';
import { runId } from '../../../vault/runs/run.ts';
import { readSchedule } from '../../../vault/schedules/schedule-record.ts';
import type { Schedule } from '../../../vault/schedules/schedule.ts';
import type { BackupSource } from '../../../vault/sources/backup-source.ts';
import { readSource } from '../../../vault/sources/source-record.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { PROVEN, showProven } from '../vault/proven.ts';
import { ownKeyInTheWay } from './own-key-state.ts';
import { overviewPart, type PartContext } from './part.ts';

const MAX_ENVIRONMENTS = 200;
const MAX_OF_EACH = 1_000;
/** Runs of folders that are no sources are looked for this far back, and so many at the most. */
const LATE_MS = 7 * 24 * 3_600_000;
const MAX_RUNS = 100;
const TEXT = Type.String();
const COUNT = Type.Integer({ minimum: 0 });

const ENVIRONMENT = named('OverviewEnvironment', {
  environmentId: UUID,
  label: TEXT,
  encryption: TEXT,
  storageType: TEXT,
  region: TEXT,
  keys: Type.Array(
    named('OverviewMasterKey', {
      provider: TEXT,
      keyId: TEXT,
      region: TEXT,
      state: Type.Optional(
        Type.String({
          description:
            'good, doubtful, or what stands in the way: of a key of the own tenant as it is, of another as it was found last',
        }),
      ),
      since: Type.Optional(TIMESTAMP),
      deletionAt: Type.Optional(TIMESTAMP),
    }),
    { description: 'the primary first' },
  ),
  held: Type.Optional(closed({ since: TIMESTAMP, code: TEXT, keyId: TEXT })),
  sources: COUNT,
  overdueSources: COUNT,
  unprovenSources: Type.Integer({ minimum: 0, description: 'of which no snapshot was ever seen to be restorable' }),
  lastBackup: Type.Optional(closed({ source: TEXT, snapshotId: TEXT, runId: UUID, at: TIMESTAMP })),
  lastProven: Type.Optional(PROVEN),
  nextRun: Type.Optional(closed({ scheduleId: UUID, task: TEXT, at: TIMESTAMP })),
  runsInFlight: COUNT,
  releasesAsked: Type.Integer({
    minimum: 0,
    description: 'legal holds that somebody asks to release: a second person decides',
  }),
});

export const ENVIRONMENTS_PART = named('OverviewEnvironments', {
  count: COUNT,
  isAtLeast: Type.Boolean({ description: 'there may be more: there was no time or room to look at all' }),
  items: Type.Array(ENVIRONMENT),
});

export const environmentsPart = overviewPart({
  target: ({ proof: { tenant } }) => ({
    action: 'keystead:ListEnvironments',
    resource: environmentArn(tenant, '*'),
  }),
  read: async (context): Promise<Static<typeof ENVIRONMENTS_PART>> => {
    const { services, proof, goOn } = context;
    const { tenantId, tenantKey } = proof.tenant;
    const rows = await services.records.list(tenantId, 'environment', '', { limit: MAX_ENVIRONMENTS });
    const runs = await runsOf(services.records, tenantId);
    const items: Static<typeof ENVIRONMENT>[] = [];
    let isWhole = rows.length < MAX_ENVIRONMENTS;
    for (const row of rows) {
      const environment = readEnvironment(tenantKey, row);
      items.push(await summaryOf(context, environment, runs.get(environment.id)?.size ?? 0));
      if (items.length < rows.length && !(await goOn())) {
        isWhole = false;
        break;
      }
    }
    return { count: items.length, isAtLeast: !isWhole, items };
  },
});

/** Runs in flight by their environment: the names of what they hold begin with its id. */
async function runsOf(records: RecordReader, tenantId: string): Promise<Map<string, Set<string>>> {
  const names: readonly NamedRef[] = await records.listNames(LOCK_SPACE, { limit: MAX_OF_EACH });
  const runs = new Map<string, Set<string>>();
  for (const { name, id } of names.filter((one) => one.tenantId === tenantId)) {
    const environmentId = name.slice(0, name.indexOf('/'));
    runs.set(environmentId, (runs.get(environmentId) ?? new Set()).add(id));
  }
  return runs;
}

async function summaryOf(
  context: PartContext,
  environment: Environment,
  runsInFlight: number,
): Promise<Static<typeof ENVIRONMENT>> {
  const { services, proof } = context;
  const { records, vault } = services;
  const { tenant } = proof;
  const { id, label, encryption, storage, holds = [] } = environment;
  const [sources, schedules, watch] = await Promise.all([
    sourcesOf(records, tenant, id),
    schedulesOf(records, tenant, id),
    vault.watcher.known(tenant, id),
  ]);
  return {
    environmentId: id,
    label,
    encryption,
    storageType: storage.type,
    region: storage.region,
    keys: await keysOf(context, environment, watch),
    ...heldOf(watch),
    sources: sources.length,
    overdueSources: sources.filter(({ overdueSinceMs }) => overdueSinceMs !== undefined).length,
    ...provenOf(environment, sources),
    ...(await lastBackupOf(context, environment, sources)),
    ...nextRunOf(schedules),
    runsInFlight,
    releasesAsked: holds.filter(({ release, released }) => release !== undefined && released === undefined).length,
  };
}

async function sourcesOf(records: RecordReader, tenant: Tenant, id: string): Promise<BackupSource[]> {
  const rows = await records.list(tenant.tenantId, 'source', id, { limit: MAX_OF_EACH });
  return rows.map((row) => readSource(tenant.tenantKey, row));
}

async function schedulesOf(records: RecordReader, tenant: Tenant, id: string): Promise<Schedule[]> {
  const rows = await records.list(tenant.tenantId, 'schedule', id, { limit: MAX_OF_EACH });
  return rows.map((row) => readSchedule(tenant.tenantKey, row));
}

function keysOf(context: PartContext, { masterKeys }: Environment, watch: KeyWatch | undefined) {
  return Promise.all(
    masterKeys.map(async ({ provider, keyId }) => {
      const seen = watch?.keys.find((one) => one.keyId === keyId && one.provider === provider);
      const state = (provider === 'keystead' && (await ownKeyInTheWay(context, keyId))) || seen?.state;
      return {
        provider,
        keyId,
        region: regionOfKey(keyId),
        ...(state !== undefined && { state }),
        ...(seen && state === seen.state && { since: timestamp(seen.sinceMs) }),
        ...(seen?.deletionAtMs !== undefined && { deletionAt: timestamp(seen.deletionAtMs) }),
      };
    }),
  );
}

function heldOf(watch: KeyWatch | undefined) {
  if (watch?.held === undefined) return {};
  const { sinceMs, code, keyId } = watch.held;
  return { held: { since: timestamp(sinceMs), code, keyId } };
}

function provenOf({ proven = [] }: Environment, sources: readonly BackupSource[]) {
  const last = proven.toSorted((one, other) => other.provenMs - one.provenMs)[0];
  const unproven = sources.filter(({ name }) => !proven.some(({ source }) => source === name));
  return { unprovenSources: unproven.length, ...(last && { lastProven: showProven(last) }) };
}

interface LastBackup {
  readonly name: string;
  readonly snapshotId: string;
  readonly runId: string;
  readonly atMs: number;
}

/** The newest good backup of a source that the environment knows, or of any folder. */
async function lastBackupOf(context: PartContext, { id, heads }: Environment, sources: readonly BackupSource[]) {
  const good = sources.flatMap(({ name, lastGood }): LastBackup[] => (lastGood ? [{ name, ...lastGood }] : []));
  const folders = heads.length === 0 ? [] : await lateFolders(context, id);
  const last = [...good, ...folders].toSorted((one, other) => other.atMs - one.atMs)[0];
  if (last === undefined) return {};
  const { name, snapshotId, runId: run, atMs } = last;
  return { lastBackup: { source: name, snapshotId, runId: run, at: timestamp(atMs) } };
}

/** Good backups of the last days that were of no source. Ids of runs sort by their time. */
async function lateFolders({ services, proof: { tenant }, nowMs }: PartContext, id: string): Promise<LastBackup[]> {
  const after = runId(nowMs - LATE_MS, services.random);
  const rows = await services.records.list(tenant.tenantId, 'run', id, { after, limit: MAX_RUNS });
  return rows.flatMap((row): LastBackup[] => {
    const { kind, state, subject, result, endedAtMs, id: run } = readRun(tenant.tenantKey, row);
    const snapshotId = result?.snapshotId;
    if (kind !== 'backup' || state !== 'succeeded' || snapshotId === undefined || endedAtMs === undefined) return [];
    return subject.sourceId === undefined
      ? [{ name: subject.source ?? '', snapshotId, runId: run, atMs: endedAtMs }]
      : [];
  });
}

function nextRunOf(schedules: readonly Schedule[]) {
  const next = schedules.filter(({ paused }) => !paused).toSorted((one, other) => one.nextMs - other.nextMs)[0];
  return next === undefined
    ? {}
    : { nextRun: { scheduleId: next.id, task: next.task.kind, at: timestamp(next.nextMs) } };
}

import type { Random } from '../crypto/random.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { AlertFacts, AlertKind } from '../vault/alerts/alert.ts';
import type { Environment } from '../vault/environments/environment.ts';
import type { VaultErrorCode } from '../vault/errors.ts';
import { readRun } from '../vault/runs/run-record.ts';
import { isAboutKey, type Run } from '../vault/runs/run.ts';
import { putSchedule } from '../vault/schedules/schedule-record.ts';
import { MAX_ATTEMPTS, onceMore, PRESENT } from '../vault/schedules/schedule.ts';
import { backedUp, type BackupSource } from '../vault/sources/backup-source.ts';
import { putSource, readSource, sourceRef } from '../vault/sources/source-record.ts';
import { findSchedule } from './find-source.ts';
import { raiseAlerts } from './raise-alerts.ts';

interface OutcomeServices {
  readonly records: RecordReader;
  readonly random: Random;
}

/** How far back a verification is compared with the one before it. */
const COMPARED_MS = 90 * 24 * 3_600_000;
/** It is likely to be among the newest. */
const PAGE = 100;
/** A store that does not have what it had. */
const ROLLED_BACK = new Set(['newest-missing', 'missing', 'wrong-previous', 'rolled-back']);

/** What a person has asked for that cannot be: nothing is wrong with backup, store or key. */
const ASKED_AMISS = new Set<string>([
  'snapshot-missing',
  'source-ambiguous',
  'path-missing',
  'pattern-malformed',
  'destination-not-empty',
  'held',
] satisfies VaultErrorCode[]);

/** What follows from the end of a run: for its source, for its schedule, and for those who want to know. */
export async function outcomeOf(
  services: OutcomeServices,
  tenant: Tenant,
  environment: Environment | undefined,
  run: Run,
  nowMs: number,
): Promise<Write[]> {
  const { records } = services;
  const { tenantKey } = tenant;
  const source = await sourceOf(records, tenant, run);
  const writes: Write[] = [];
  const snapshotId = run.result?.snapshotId;
  const isGood = source !== undefined && run.kind === 'backup' && run.state === 'succeeded' && snapshotId !== undefined;
  if (isGood) {
    writes.push(putSource(tenantKey, source, backedUp(source, { runId: run.id, snapshotId, atMs: nowMs })));
  }
  const again = await madeUpFor(records, tenant, run);
  if (again) writes.push(again);
  const kinds = [
    ...(await newsOf(records, tenant, run, again !== undefined)),
    ...(isGood && source.overdueSinceMs !== undefined ? (['backup-good'] as const) : []),
  ];
  const facts = kinds.map((kind) => factsOf(kind, environment, run));
  return [...writes, ...(await raiseAlerts(services, tenant, facts, nowMs))];
}

async function sourceOf(records: RecordReader, tenant: Tenant, { subject }: Run): Promise<BackupSource | undefined> {
  if (subject.sourceId === undefined) return undefined;
  const record = await records.read(sourceRef(tenant.tenantId, subject.sourceId));
  return record && readSource(tenant.tenantKey, record);
}

/** A scheduled run that its server's death or the master key has ended is made up for, a few times at most. */
async function madeUpFor(records: RecordReader, tenant: Tenant, run: Run): Promise<Write | undefined> {
  const { scheduled, state, problem } = run;
  const forKey = state === 'failed' && problem !== undefined && isAboutKey(problem);
  if (scheduled === undefined || !(forKey || state === 'interrupted') || scheduled.attempt >= MAX_ATTEMPTS)
    return undefined;
  const schedule = await findSchedule(records, tenant, scheduled.scheduleId);
  // Something newer has become of the schedule meanwhile.
  if (schedule === undefined || schedule.paused || schedule.last?.runId !== run.id) return undefined;
  if (schedule.waiting && schedule.waiting.rest === undefined) return undefined;
  // A place that was left and whose key says no waits for the next round: it keeps no other from it.
  if (forKey && run.subject.vaultId !== undefined) return undefined;
  const place = run.subject.vaultId ?? PRESENT;
  const after = onceMore(schedule, scheduled.dueMs, place, forKey ? 'master-key' : 'server-busy');
  return putSchedule(tenant.tenantKey, schedule, after);
}

async function newsOf(records: RecordReader, tenant: Tenant, run: Run, isMadeUpFor: boolean): Promise<AlertKind[]> {
  const { state, kind, problem, result } = run;
  if (state === 'cancelled' || isMadeUpFor) return [];
  if (state !== 'succeeded') {
    const code = problem?.code ?? '';
    // Whoever asked is there to read it.
    if (run.scheduled === undefined && ASKED_AMISS.has(code)) return [];
    return [ROLLED_BACK.has(code) ? 'store-rolled-back' : 'run-failed'];
  }
  const news: AlertKind[] = [];
  const { problemCount = 0, findingCount = 0, findings = [] } = result ?? {};
  if (problemCount > 0) news.push('run-incomplete');
  if (findings.some((finding) => ROLLED_BACK.has(finding.code))) news.push('store-rolled-back');
  else if (findingCount > 0) news.push('verification-findings');
  if (kind === 'verify' && findingCount === 0 && (await hadFindings(records, tenant, run)))
    news.push('verification-good');
  return news;
}

/** Whether the verification of the same place before this one found something. */
async function hadFindings(records: RecordReader, { tenantId, tenantKey }: Tenant, run: Run): Promise<boolean> {
  // Ids of runs begin with their time: RFC 9562 section 5.7.
  const sinceMs = Math.max(0, run.startedAtMs - COMPARED_MS);
  const digits = sinceMs.toString(16).padStart(12, '0');
  const since = `${digits.slice(0, 8)}-${digits.slice(8)}`;
  for (let after = run.id; ;) {
    const page = await records.list(tenantId, 'run', run.environmentId, { after, limit: PAGE, isReversed: true });
    for (const record of page) {
      if (record.id < since) return false;
      const { kind, state, subject, result } = readRun(tenantKey, record);
      const isOne = kind === 'verify' && state === 'succeeded' && subject.vaultId === run.subject.vaultId;
      if (isOne) return (result?.findingCount ?? 0) > 0;
    }
    if (page.length < PAGE) return false;
    after = (page.at(-1) as { id: string }).id;
  }
}

/** Of what a run was about, nothing but ids: its source may be named by a path. */
function factsOf(kind: AlertKind, environment: Environment | undefined, run: Run): AlertFacts {
  const { problem, result, subject } = run;
  const { problemCount, findingCount } = result ?? {};
  return {
    kind,
    environmentId: run.environmentId,
    ...(environment && { environment: environment.label }),
    ...(subject.sourceId !== undefined && { sourceId: subject.sourceId }),
    runId: run.id,
    runKind: run.kind,
    ...(problem && { code: problem.code }),
    ...(problemCount !== undefined && { problemCount }),
    ...(findingCount !== undefined && { findingCount }),
  };
}

import { isForgettable, readCredential, removeCredential, SESSION_END_SPACE } from '../identity/credential.ts';
import type { Tenant } from '../identity/tenant.ts';
import {
  findInstanceImportToken,
  removeInstanceImportToken,
  TOKEN_END_SPACE,
  TOKEN_KEPT_MS,
} from '../keys/instance-import-token-record.ts';
import type { RecordStore } from '../records/ports.ts';
import { KEPT_MS, putRun, readRun, removeRun, RUN_FORGET_SPACE, runRef } from '../vault/runs/run-record.ts';
import type { Run } from '../vault/runs/run.ts';
import { readSource, sourceRef } from '../vault/sources/source-record.ts';
import type { Forgotten } from './forget-due.ts';

/** Sessions that have been over for an hour, so that those of many AssumeRole calls do not pile up: 120,000 an hour. */
export const SESSIONS: Forgotten = {
  things: 'sessions',
  space: SESSION_END_SPACE,
  action: 'sts:ForgetSessions',
  everyMs: 30_000,
  batch: 1_000,
  perCommit: 100,
  shreds: false,
  details: (_, sessions) => ({ sessions }),
  writeOf: async ({ store }, tenant, ref, nowMs) => {
    const record = await store.read(ref);
    const credential = record?.kind === 'credential' ? readCredential(tenant, record) : undefined;
    return credential && isForgettable(credential, nowMs) ? removeCredential(credential) : undefined;
  },
};

/**
 * Runs that ended half a year ago, but for the newest good backup of each source, whatever its age. The snapshots are not
 * touched by it.
 */
export const RUNS: Forgotten = {
  things: 'runs',
  space: RUN_FORGET_SPACE,
  action: 'keystead:ForgetRuns',
  everyMs: 60_000,
  batch: 1_000,
  perCommit: 100,
  shreds: false,
  details: (_, runs) => ({ runs }),
  writeOf: async ({ store }, tenant, { id }, nowMs) => {
    const record = await store.read(runRef(tenant.tenantId, id));
    const run = record && readRun(tenant.tenantKey, record);
    if (run === undefined || run.state === 'running') return undefined;
    if (!(await isNewestGood(store, tenant, run))) return removeRun(run);
    return putRun(tenant.tenantKey, run, { ...run, keptUntilMs: nowMs + KEPT_MS });
  },
};

async function isNewestGood(store: RecordStore, tenant: Tenant, { id, subject }: Run): Promise<boolean> {
  if (subject.sourceId === undefined) return false;
  const record = await store.read(sourceRef(tenant.tenantId, subject.sourceId));
  return record !== undefined && readSource(tenant.tenantKey, record).lastGood?.runId === id;
}

/** Import tokens of instances that serve no more: the private halves of their keys are gone from the disk then. */
export const IMPORT_TOKENS: Forgotten = {
  things: 'import tokens',
  space: TOKEN_END_SPACE,
  action: 'kms:ForgetImportToken',
  everyMs: 30_000,
  batch: 200,
  perCommit: 1,
  shreds: true,
  details: ([ref]) => ({ region: ref?.id ?? '' }),
  writeOf: async ({ store, directory }, tenant, { id: region }, nowMs) => {
    const instance = await directory.instance(tenant.tenantId, region);
    const token = instance && (await findInstanceImportToken(store, instance));
    return token && token.expiresAtMs + TOKEN_KEPT_MS <= nowMs ? removeInstanceImportToken(token) : undefined;
  },
};

/** Everything that is forgotten by itself. */
export const FORGOTTEN: readonly Forgotten[] = [SESSIONS, RUNS, IMPORT_TOKENS];

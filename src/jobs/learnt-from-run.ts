import { encryptionAfter } from '../vault/environments/next-master-keys.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { emptiedFormer, rewrappedFormer, withFormerHeads } from '../vault/environments/former-storage.ts';
import type { ProvenRestorable } from '../vault/check/check-level.ts';
import { newestHeads } from '../vault/newest-heads.ts';
import type { RunReport } from '../vault/runs/job.ts';
import type { Run } from '../vault/runs/run.ts';

/**
 * What an environment learns from a run: its vault, the newest snapshots, that it has moved to another master key. The
 * same object where there was nothing to learn.
 */
export function learntFromRun(environment: Environment, { kind }: Run, report: RunReport, nowMs: number): Environment {
  const { nextMasterKeys, ...rest } = environment;
  if (report.vaultId !== undefined && environment.formerStorages.some((former) => former.vaultId === report.vaultId)) {
    const rewrapped = kind === 'rewrap' ? rewrappedFormer(environment, report.vaultId) : environment;
    const wiser = withFormerHeads(rewrapped, report.vaultId, report.heads);
    const emptied = report.isEmpty === true ? emptiedFormer(wiser, report.vaultId, nowMs) : wiser;
    return withProven(emptied, report.result.proven ?? []);
  }
  const moved = kind === 'rewrap' && nextMasterKeys !== undefined;
  const heads = newestHeads([...environment.heads, ...report.heads]);
  const same = JSON.stringify(heads) === JSON.stringify(environment.heads);
  const proven = report.result.proven ?? [];
  if (!moved && same && proven.length === 0 && report.vaultId === environment.vaultId) return environment;
  return {
    ...(moved
      ? { ...rest, masterKeys: nextMasterKeys, encryption: encryptionAfter(environment, nextMasterKeys) }
      : environment),
    ...(report.vaultId !== undefined && { vaultId: report.vaultId }),
    heads,
    ...(proven.length > 0 && { proven: [...ofOthers(environment.proven, proven), ...proven] }),
    updatedAtMs: nowMs,
  };
}

/** What was seen to be restorable at a place that was left counts while nothing newer of its source was. */
function withProven(environment: Environment, now: readonly ProvenRestorable[]): Environment {
  const { proven = [] } = environment;
  const isNewer = (one: ProvenRestorable) =>
    proven.every(({ source, takenMs }) => source !== one.source || takenMs <= one.takenMs);
  const better = now.filter(isNewer);
  return better.length === 0 ? environment : { ...environment, proven: [...ofOthers(proven, better), ...better] };
}

/** What is known of the other sources. */
function ofOthers(before: readonly ProvenRestorable[] = [], now: readonly ProvenRestorable[]): ProvenRestorable[] {
  return before.filter((old) => !now.some(({ source }) => source === old.source));
}

import type { BackupReport } from '../backup/backup.ts';
import type { CheckReport } from '../check/check.ts';
import { covers, type Hold } from '../format/hold.ts';
import type { MarkList } from '../keeping/mark-list.ts';
import { snapshotId, takenMsOf } from '../format/manifest.ts';
import type { RestorePostgresReport } from '../postgres/restore-postgres.ts';
import type { RestoreReport } from '../restore/restore.ts';
import type { RewrapReport } from '../rewrap.ts';
import { idsOf, type HistoryFinding, type SnapshotList } from '../snapshots.ts';
import type { Finding, RunResult } from './job.ts';

/** How many items of a list a record keeps. The whole list of a backup is in its manifest. */
const MAX_ITEMS = 100;

/** What is kept of a backup. Paths of problems are shown as text: bytes that are none become U+FFFD. */
export function showBackup(report: BackupReport): RunResult {
  const { snapshotId: id, parent, statistics, problems, warnings, findings } = report;
  const { files, folders, links, bytes } = statistics;
  return {
    snapshotId: id,
    ...(parent !== null && { parent }),
    files,
    folders,
    links,
    bytes,
    unchangedFiles: report.unchangedFiles,
    ...(report.addedFiles !== undefined && { addedFiles: report.addedFiles }),
    ...(report.changedFiles !== undefined && { changedFiles: report.changedFiles }),
    ...(report.goneFiles !== undefined && { goneFiles: report.goneFiles }),
    readBytes: report.readBytes,
    newBytes: report.newBytes,
    storedBytes: report.storedBytes,
    durationMs: report.durationMs,
    problemCount: problems.length,
    problems: problems.slice(0, MAX_ITEMS).map(({ code, path }) => ({ code, path: path.toString('utf8') })),
    warnings: warnings.slice(0, MAX_ITEMS),
    ...(report.source.commands && { commands: report.source.commands }),
    ...showFindings(findings),
  };
}

/** What is kept of a restore into a server. */
export function showRestoredDatabases(report: RestorePostgresReport, findings: readonly HistoryFinding[]): RunResult {
  const { snapshotId: id, databases, bytes, durationMs, warnings } = report;
  const told = [...findings.map(({ text }) => text), ...warnings];
  return { snapshotId: id, databases, bytes, durationMs, warnings: told.slice(0, MAX_ITEMS) };
}

/** What is kept of a restore. What could not be restored is shown as problems. */
export function showRestore(report: RestoreReport, findings: readonly HistoryFinding[]): RunResult {
  const { snapshotId: id, takenMs, skippedCount, skipped, withoutAttributes, ...counts } = report;
  const told = findings.slice(0, MAX_ITEMS).map(({ text }) => text);
  if (withoutAttributes > 0) {
    told.push(
      `${withoutAttributes} items are without their extended attributes or ACLs: the destination does not take them, or needs more rights`,
    );
  }
  return {
    snapshotId: id,
    takenAt: new Date(takenMs).toISOString(),
    ...counts,
    problemCount: skippedCount,
    problems: skipped.slice(0, MAX_ITEMS).map(({ path, why }) => ({ code: why, path: path.toString('utf8') })),
    // Whoever restores the newest snapshot must hear that there was a newer one.
    warnings: told,
  };
}

export function showSnapshots(list: SnapshotList, marks: MarkList, holds: readonly Hold[]): RunResult {
  return {
    snapshots: list.snapshots.map(({ head }) => {
      const ids = idsOf(list, snapshotId(head));
      const trashed = marks.trashed(ids);
      return {
        snapshotId: snapshotId(head),
        createdMs: takenMsOf(head),
        domain: head.domain,
        ...(head.parent !== null && { parent: head.parent }),
        ...(head.recipients && { recipients: head.recipients }),
        ...(trashed && { trashedUntilMs: trashed.untilMs }),
        ...(holds.some((hold) => covers(hold, ids, head.domain)) && { isHeld: true }),
      };
    }),
    ...showFindings(list.findings),
  };
}

export function showCheck({ snapshots, findings, ...rest }: CheckReport): RunResult {
  const shown = findings.slice(0, MAX_ITEMS).map(({ code, where, text, snapshots: ids }): Finding => ({
    code,
    subject: where,
    text,
    ...(ids && { snapshots: ids.slice(0, MAX_ITEMS) }),
  }));
  return { ...rest, snapshotCount: snapshots, findingCount: findings.length, findings: shown };
}

export function showRewrap({ envelopes, rewrapped, oldRevisionsLeft, unreadable }: RewrapReport): RunResult {
  const warnings = unreadable
    .slice(0, MAX_ITEMS)
    .map((key) => `Nobody can open the data key ${key}, and no snapshot names it: its envelope was left alone`);
  const counts = { envelopes, rewrapped, oldRevisionsLeft: oldRevisionsLeft.length };
  return { ...counts, ...(warnings.length > 0 && { warnings }) };
}

export function showFindings(
  findings: readonly { readonly code: string; readonly snapshot: string; readonly text: string }[],
): Pick<RunResult, 'findingCount' | 'findings'> {
  const shown = findings
    .slice(0, MAX_ITEMS)
    .map(({ code, snapshot, text }): Finding => ({ code, subject: snapshot, text }));
  return { findingCount: findings.length, findings: shown };
}

import type { BackupReport } from '../backup.ts';
import { snapshotId } from '../manifest.ts';
import type { RestoreReport } from '../restore.ts';
import type { SnapshotList } from '../snapshots.ts';
import type { RunItem, RunResult } from './job.ts';

/** How many items of a list a record keeps. The whole list of a backup is in its manifest. */
const MAX_ITEMS = 100;

/** What is kept of a backup. Paths of problems are shown as text: bytes that are none become U+FFFD. */
export function showBackup(report: BackupReport): RunResult {
  const { snapshotId: id, parent, statistics, problems, warnings, findings } = report;
  const { files, folders, links, bytes } = statistics;
  return {
    snapshotId: id,
    parent,
    files,
    folders,
    links,
    bytes,
    unchangedFiles: report.unchangedFiles,
    readBytes: report.readBytes,
    newBytes: report.newBytes,
    storedBytes: report.storedBytes,
    durationMs: report.durationMs,
    problemCount: problems.length,
    problems: problems.slice(0, MAX_ITEMS).map(({ code, path }): RunItem => ({ code, path: path.toString('utf8') })),
    warnings: warnings.slice(0, MAX_ITEMS).map((text): RunItem => ({ text })),
    findings: findings.slice(0, MAX_ITEMS).map(({ code, snapshot, text }): RunItem => ({ code, snapshot, text })),
  };
}

export function showRestore({ snapshotId: id, files, folders, links, bytes, durationMs }: RestoreReport): RunResult {
  return { snapshotId: id, files, folders, links, bytes, durationMs };
}

export function showSnapshots({ snapshots, findings }: SnapshotList): RunResult {
  return {
    snapshots: snapshots.map(({ head }): RunItem => ({
      snapshotId: snapshotId(head),
      createdMs: head.createdMs,
      writer: head.writer,
      sequence: head.sequence,
      parent: head.parent,
      domain: head.domain,
      keys: head.keys.length,
    })),
    findings: findings.slice(0, MAX_ITEMS).map(({ code, snapshot, text }): RunItem => ({ code, snapshot, text })),
  };
}

import { KeysteadError } from '@keystead/sdk';
import type { BackupReport } from '../../vault/backup/backup.ts';
import type { HostState } from '../../vault/agents/host/host-state.ts';
import { problemOf } from '../../vault/runs/run-problem.ts';
import type { AgentServer } from './agent-server.ts';

const MAX_TEXT = 1024;

type Outcome = { readonly report: BackupReport } | { readonly error: unknown };

/** What the server is told of a run. No path of the host is in it but the name of the source. */
export function reportOf(
  source: string,
  startedAt: string,
  outcome: Outcome,
): { readonly startedAt: string; readonly [member: string]: unknown } {
  const common = { source, startedAt, endedAt: new Date().toISOString() };
  if ('error' in outcome) {
    const { code, message } = outcome.error instanceof KeysteadError ? outcome.error : problemOf(outcome.error);
    const state = code === 'cancelled' ? 'cancelled' : 'failed';
    return { ...common, state, problem: { code: wordOf(code), message: message.slice(0, MAX_TEXT) || code } };
  }
  const { snapshotId, statistics, unchangedFiles, readBytes, newBytes, storedBytes, durationMs, problems } =
    outcome.report;
  const { files, folders, links, bytes } = statistics;
  const counts = { files, folders, links, bytes, unchangedFiles, readBytes, newBytes, storedBytes, durationMs };
  return { ...common, state: 'succeeded', snapshotId, report: { ...counts, problemCount: problems.length } };
}

/** What became of telling: how many reports are left, and which snapshots the server did not find in the store. */
export interface Telling {
  readonly left: number;
  readonly unseen: readonly string[];
}

/** Tells the server of every run that it does not know yet, oldest first. */
export async function tellSpooled(state: HostState, server: AgentServer): Promise<Telling> {
  const reports = state.spooled();
  const unseen: string[] = [];
  for (const [at, { runId, body }] of reports.entries()) {
    try {
      const report = { runId, ...body } as Parameters<AgentServer['report']>[0];
      const told = await server.report(report);
      if (report.state === 'succeeded' && told.state !== 'succeeded') unseen.push(report.snapshotId ?? runId);
    } catch (error) {
      // What the server will never take must not keep it from everything that comes after.
      if (!(error instanceof KeysteadError) || error.status !== 400) return { left: reports.length - at, unseen };
    }
    state.told(runId);
  }
  return { left: 0, unseen };
}

function wordOf(code: string): string {
  return (
    code
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, '-')
      .slice(0, 64) || 'failed'
  );
}

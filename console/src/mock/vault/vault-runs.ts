import type { Run } from '@keystead/sdk';
import { hours, newId, runs } from './vault-data.ts';

const TAKES_MS = 12_000;
const WHOLE_BYTES = 7_516_192_768;
const WHOLE_FILES = 18_204;

/** A run that begins now, and ends by itself some seconds later: its progress is what the time says. */
export function begin(environmentId: string, what: Pick<Run, 'kind'> & Partial<Run>, report: Run['report'] = {}): Run {
  const run: Run = {
    runId: newId(),
    environmentId,
    state: 'running',
    startedBy: 'ada',
    startedAt: hours(0),
    ...what,
    report,
  };
  runs.push(run);
  return now(run);
}

/** A run as it stands at this moment. */
export function now(run: Run): Run {
  if (run.state !== 'running') return run;
  const passedMs = Date.now() - Date.parse(run.startedAt);
  const { report, ...rest } = run;
  if (passedMs >= TAKES_MS) {
    const endedAt = new Date(Date.parse(run.startedAt) + TAKES_MS).toISOString();
    return { ...rest, state: 'succeeded', endedAt, ...(report && { report }) };
  }
  const part = passedMs / TAKES_MS;
  return {
    ...rest,
    progress: {
      phase: run.kind === 'verify' ? 'check' : run.kind === 'restore' ? 'restore' : 'read',
      files: Math.floor(WHOLE_FILES * part),
      totalFiles: WHOLE_FILES,
      bytes: Math.floor(WHOLE_BYTES * part),
      totalBytes: WHOLE_BYTES,
      bytesPerSecond: Math.floor(WHOLE_BYTES / (TAKES_MS / 1000)),
      secondsLeft: Math.ceil((TAKES_MS - passedMs) / 1000),
      at: hours(0),
    },
  };
}

/** Ends a run before its time. */
export function cancel(runId: string): Run {
  const index = runs.findIndex((run) => run.runId === runId);
  const run = runs[index] as Run;
  const { report: _, ...rest } = run;
  const cancelled: Run = { ...rest, state: 'cancelled', endedAt: hours(0) };
  runs[index] = cancelled;
  return cancelled;
}

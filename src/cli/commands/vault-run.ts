import { everyItem, KeysteadError, type KeysteadClient, type Run } from '@keystead/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { all } from './list.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';

/** Each look is an entry in the audit log: quick at first, then once a second. */
const POLL_MS = { first: 200, most: 1_000, growth: 1.2 };

const COLUMNS: readonly Column<Run>[] = [
  ['RUN', ({ runId }) => runId],
  ['KIND', ({ kind }) => kind],
  ['STATE', ({ state }) => state],
  ['STARTED', ({ startedAt }) => startedAt],
  ['ENDED', ({ endedAt }) => endedAt],
  ['VAULT', ({ vaultId }) => vaultId],
  ['ABOUT', ({ source, snapshotId, masterKey, level }) => source ?? snapshotId ?? masterKey ?? level],
  ['PROBLEM', ({ problem }) => problem?.code],
];

const LABELS: Record<Run['kind'], { readonly label: string; readonly unit: 'bytes' | 'envelopes' | 'objects' }> = {
  backup: { label: 'Backing up', unit: 'bytes' },
  restore: { label: 'Restoring', unit: 'bytes' },
  'restore-databases': { label: 'Restoring', unit: 'bytes' },
  verify: { label: 'Verifying', unit: 'bytes' },
  rewrap: { label: 'Re-wrapping', unit: 'envelopes' },
  maintain: { label: 'Looking after it', unit: 'bytes' },
  trash: { label: 'Moving to the trash', unit: 'bytes' },
  'take-back': { label: 'Taking back', unit: 'bytes' },
  'accept-loss': { label: 'Accepting the loss', unit: 'bytes' },
  hold: { label: 'Holding', unit: 'bytes' },
  forget: { label: 'Forgetting', unit: 'bytes' },
  retire: { label: 'Rewriting', unit: 'bytes' },
  empty: { label: 'Emptying the store', unit: 'objects' },
};

/** Taken by every command that starts a run. */
export const DETACH: Row = ['--detach', 'do not wait for the end: "keystead vault run" shows it later'];

/** Taken by what can be done at a place that was left. */
export const FORMER: Row = ['--former <vault>', 'the vault at a place that was left, by its id'];

/** What is said to the server of that. */
export function vaultOf({ given }: Session): { readonly vaultId?: string } {
  const vaultId = given.optional('former');
  return vaultId === undefined ? {} : { vaultId };
}

const RUN: Row = ['<run>', 'its id'];
const EXAMPLE_RUN = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21';

export const VAULT_RUN_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault runs',
    summary: 'Lists the runs of an environment, oldest first',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault runs production', 'vault runs production --json'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const runs = await all(everyItem((after) => api.listRuns(environmentId, { after })));
      output.rows(runs, COLUMNS, 'There has been no run.');
    },
  },
  {
    path: 'vault run',
    summary: 'Shows a run: how far it is, or what came of it',
    reach: 'remote',
    arguments: [RUN],
    examples: [`vault run ${EXAMPLE_RUN}`],
    run: async ({ client, given, output }) => output.item(await client().getRun(given.text('run'))),
  },
  {
    path: 'vault cancel',
    summary: 'Stops a run',
    reach: 'remote',
    arguments: [RUN],
    examples: [`vault cancel ${EXAMPLE_RUN}`],
    run: async ({ client, given, output }) => output.item(await client().cancelRun(given.text('run'))),
  },
];

/** Waits for the end of a run with a progress bar, and says what came of it. @throws {CliError} it failed */
export async function follow(session: Session, client: KeysteadClient, started: Run): Promise<ExitName> {
  const { given, output, host } = session;
  if (given.flag('detach')) {
    output.item(started);
    return 'ok';
  }
  const bar = new ProgressBar({ host, output, ...LABELS[started.kind] });
  const run = await endOf(client, started, bar);
  const { report, problem, runId } = run;
  if (report === undefined) {
    const { code, message } = problem ?? { code: run.state, message: `the run ${runId} ${run.state}` };
    throw new CliError('failed', code, message, `"keystead vault run ${runId}" shows the whole run.`);
  }
  const done =
    LABELS[run.kind].unit === 'bytes' ? (report.bytes ?? report.verifiedBytes) : (report.envelopes ?? report.deleted);
  bar.update(advance(done ?? 0, undefined));
  bar.finish();
  return showReport(session, run, report);
}

/** Looks at a run until it has ended. It belongs to the server: whoever stops looking is told how to find it again. */
async function endOf(client: KeysteadClient, started: Run, bar: ProgressBar): Promise<Run> {
  const { runId } = started;
  const interruption = new AbortController();
  const stop = (): void => interruption.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let run = started;
  let pauseMs = POLL_MS.first;
  try {
    for (; run.state === 'running'; run = await client.getRun(runId)) {
      const { progress } = run;
      if (progress && LABELS[run.kind].unit !== 'bytes') bar.update(advance(progress.files, progress.totalFiles));
      else if (progress) bar.update(advance(progress.bytes, progress.totalBytes));
      await pause(pauseMs, undefined, { signal: interruption.signal });
      pauseMs = Math.min(POLL_MS.most, pauseMs * POLL_MS.growth);
    }
    return run;
  } catch (error) {
    throw lostSight(error, runId, interruption.signal.aborted);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function lostSight(error: unknown, runId: string, isInterrupted: boolean): unknown {
  const show = `"keystead vault run ${runId}" shows`;
  if (isInterrupted) {
    const message = `this command was stopped, and the run ${runId} goes on on the server`;
    return new CliError(
      'interrupted',
      'interrupted',
      message,
      `${show} it; "keystead vault cancel ${runId}" stops it.`,
    );
  }
  if (!(error instanceof KeysteadError) || error.status !== 0) return error;
  const message = `${error.message}; how the run ${runId} ends was not seen`;
  return new CliError('unreachable', error.code, message, `${show} what became of it, once the server answers again.`);
}

function advance(done: number, total: number | undefined): { done: number; total?: number } {
  return { done, ...(total !== undefined && { total }) };
}

function showReport({ output }: Session, run: Run, report: NonNullable<Run['report']>): ExitName {
  if (output.isJson) output.item(run);
  else {
    const { problems = [], findings = [], warnings = [], ...facts } = report;
    output.item({ runId: run.runId, ...facts });
    for (const { code, path } of problems) output.warn(`${code}: ${path}`);
    for (const text of warnings) output.warn(text);
    for (const { text } of findings) output.warn(text);
  }
  if ((report.findingCount ?? 0) > 0) return 'damaged';
  return (report.problemCount ?? 0) > 0 ? 'incomplete' : 'ok';
}

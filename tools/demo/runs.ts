import { KeysteadError, type Run } from '@keystead/sdk';
import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from './narrator.ts';
import type { Stage } from './stage.ts';

const ASK_EVERY_MS = 150;

/** Waits for a run to end, with a bar while it goes on. */
export async function ended(stage: Stage, label: string, started: Run): Promise<Run> {
  const bar = stage.narrator.progress(label);
  let run = started;
  while (run.state === 'running') {
    await wait(ASK_EVERY_MS);
    run = await stage.admin!.getRun(run.runId);
    const { bytes = 0, totalBytes } = run.progress ?? {};
    bar.update({ done: bytes, ...(totalBytes !== undefined && { total: totalBytes }) });
  }
  return run;
}

/** A run that must succeed. */
export async function succeeded(stage: Stage, label: string, started: Run): Promise<Run> {
  const run = await ended(stage, label, started);
  if (run.state !== 'succeeded') throw new DemoError(`the ${run.kind} ${run.state}: ${run.problem?.message}`);
  return run;
}

/** Something that must be refused, at once or by the run's own failure: answers why. */
export async function refused(
  stage: Stage,
  label: string,
  start: () => Promise<Run>,
): Promise<{ code: string; message: string }> {
  let started: Run;
  try {
    started = await start();
  } catch (error) {
    if (error instanceof KeysteadError) return { code: error.code, message: error.message };
    throw error;
  }
  const run = await ended(stage, label, started);
  if (run.state !== 'failed' || run.problem === undefined)
    throw new DemoError(`the ${run.kind} was not refused: it ${run.state}`);
  return run.problem;
}

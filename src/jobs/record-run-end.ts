import type { Random } from '../crypto/random.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import type { Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import { putEnvironment } from '../vault/environments/environment-record.ts';
import { emptied, makeWriter, type Environment } from '../vault/environments/environment.ts';
import { adviceFor, underOtherKeys } from '../vault/environments/former-storage.ts';
import type { RunProblem } from '../vault/runs/job.ts';
import { putRun, readRun, runRef } from '../vault/runs/run-record.ts';
import type { Run } from '../vault/runs/run.ts';
import type { RunEnd } from '../vault/runs/runner.ts';
import { entryOf } from './end-entry.ts';
import { environmentArn, findEnvironment } from './find-environment.ts';
import { learntFromRun } from './learnt-from-run.ts';
import { outcomeOf } from './run-outcome.ts';
import { serverCall } from './server-call.ts';

export interface RunEndServices {
  readonly records: RecordReader;
  readonly pipeline: Pipeline;
  readonly random: Random;
}

/** How a run ended, or that nobody knows. */
export type Ending = RunEnd | { readonly state: 'interrupted'; readonly problem: RunProblem };

/** One commit: how the run ended, and what the environment has learnt from it. Nothing is changed where it has ended before. */
export function recordRunEnd(services: RunEndServices, tenant: Tenant, runId: string, ending: Ending): Promise<void> {
  const { pipeline, records, random } = services;
  const call = serverCall(tenant, 'keystead:EndRun', runId);
  return pipeline.execute(call, async () => {
    const record = await records.read(runRef(tenant.tenantId, runId));
    const run = record && readRun(tenant.tenantKey, record);
    const code = ending.state === 'succeeded' ? undefined : ending.problem.code;
    return {
      targets: [{ action: 'keystead:EndRun', resource: environmentArn(tenant, run?.environmentId ?? '*') }],
      details: { run: runId, ...entryOf(run, ending), ...(code !== undefined && { code }) },
      run: async (nowMs) => {
        if (run?.state !== 'running') return { value: undefined };
        const environment = await findEnvironment(records, tenant, run.environmentId);
        const wiser = environment && afterRun(services, tenant, environment, run, ending, nowMs);
        const after = ended(run, withAdvice(run, ending, wiser), nowMs);
        const writes: Write[] = [
          putRun(tenant.tenantKey, run, after),
          ...(await outcomeOf({ records, random }, tenant, environment, after, nowMs)),
        ];
        // An environment that was forgotten meanwhile has nothing more to learn.
        if (wiser !== undefined && wiser !== environment) {
          writes.push(putEnvironment(tenant.tenantKey, environment, wiser));
        }
        return { value: undefined, writes };
      },
    };
  });
}

function afterRun(
  { random }: RunEndServices,
  { tenantKey }: Tenant,
  environment: Environment,
  run: Run,
  ending: Ending,
  nowMs: number,
): Environment {
  if (ending.state !== 'succeeded') return environment;
  if (run.kind !== 'empty') return learntFromRun(environment, run, ending.report, nowMs);
  return emptied(environment, makeWriter(tenantKey, environment.id, random), nowMs);
}

function ended(run: Run, ending: Ending, nowMs: number): Run {
  return {
    ...run,
    state: ending.state,
    endedAtMs: nowMs,
    ...(ending.state === 'succeeded'
      ? { result: ending.report.result }
      : ending.problem && { problem: ending.problem }),
  };
}

/** A re-wrapping is of one place. Whoever is about to switch the old key off must hear which others still need it. */
function withAdvice({ kind }: Run, ending: Ending, environment: Environment | undefined): Ending {
  if (kind !== 'rewrap' || ending.state !== 'succeeded' || environment === undefined) return ending;
  const advice = underOtherKeys(environment).map(adviceFor);
  if (advice.length === 0) return ending;
  const { warnings = [], ...result } = ending.report.result;
  return { ...ending, report: { ...ending.report, result: { ...result, warnings: [...warnings, ...advice] } } };
}

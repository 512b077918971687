import type { TObject, Static } from 'typebox';
import type { RecordReader } from '../../../records/ports.ts';
import type { Write } from '../../../records/commit.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { placeBelow } from '../../../vault/environments/roots.ts';
import type { RunKind, Work } from '../../../vault/runs/job.ts';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { lockName, putRun } from '../../../vault/runs/run-record.ts';
import { runId, type Run, type RunSubject } from '../../../vault/runs/run.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed, UUID } from '../schema.ts';
import { RUN, showRun } from './answers.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { refusing } from './refusals.ts';

/** What is to be run, once what was asked for has been looked at. */
export interface PlannedRun {
  readonly work: Work;
  readonly subject: RunSubject;
  /** Only one run of an environment holds a lock. */
  readonly lock: string;
  /** What changes with the start, besides the record of the run; and the environment as it is then. */
  readonly environment?: Environment;
  readonly writes?: readonly Write[];
}

interface RunRoute<B extends TObject> {
  readonly id: string;
  /** Below the environment. */
  readonly below: `/${string}`;
  readonly action: `keystead:${string}`;
  readonly kind: RunKind;
  readonly summary: string;
  readonly body?: B;
  readonly example?: Static<B>;
  readonly details?: (body: Static<B>) => Readonly<Record<string, string>>;
  readonly plan: (
    context: AdminContext,
    environment: Environment,
    body: Static<B>,
    nowMs: number,
  ) => Promise<PlannedRun> | PlannedRun;
}

/** What is signed by the environment's one writer goes one after the other: its snapshots are a chain. */
export const WRITER_LOCK = 'writer';

interface Begun {
  readonly run: Run;
  readonly environment: Environment;
  readonly work: Work;
}

/** States an endpoint that starts a run. The run starts when its record is durable, and goes on after the answer. */
export function runRoute<B extends TObject = TObject<Record<never, never>>>(row: RunRoute<B>): AdminRoute {
  return adminRoute({
    id: row.id,
    method: 'POST',
    path: `/environments/{environmentId}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 201,
    params: closed({ environmentId: UUID }),
    ...(row.body && { body: row.body }),
    answer: RUN,
    example: {
      params: { environmentId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21' },
      ...(row.example && { body: row.example }),
    },
    prepare: (context, { params, body }) => {
      const { tenant, principal } = context.proof;
      const { records, random } = context.services;
      return {
        targets: [{ action: row.action, resource: environmentArn(tenant, params.environmentId) }],
        details: { environment: params.environmentId, ...row.details?.(body as Static<B>) },
        run: (nowMs) =>
          refusing(async () => {
            context.services.vault.desk.requireRoom();
            const found = await requireEnvironment(records, tenant, params.environmentId);
            await requireUnmoved(context, found);
            const planned = await row.plan(context, found, body as Static<B>, nowMs);
            await requireFree(records, found.id, planned.lock);
            const run: Run = {
              tenantId: tenant.tenantId,
              id: runId(nowMs, random),
              revision: 0,
              environmentId: found.id,
              kind: row.kind,
              subject: planned.subject,
              lock: planned.lock,
              state: 'running',
              startedBy: principal.arn,
              owner: thisOwner(),
              startedAtMs: nowMs,
            };
            const value: Begun = { run, environment: planned.environment ?? found, work: planned.work };
            return { value, writes: [putRun(tenant.tenantKey, undefined, run), ...(planned.writes ?? [])] };
          }),
      };
    },
    // The one place that is reached only when the record is durable, and then always.
    show: ({ run, environment, work }: Begun, { services, proof }) => {
      services.vault.desk.launch(proof.tenant, environment, run, work);
      return showRun(run, undefined);
    },
  });
}

/** The folder of an environment must be what it was when it was looked at: no link to somewhere else meanwhile. */
async function requireUnmoved({ services }: AdminContext, { storage }: Environment): Promise<void> {
  if (storage.type !== 'folder') return;
  const place = await placeBelow(services.vault.vaultRoots, storage.path);
  if (place === storage.path) return;
  throw new EnvironmentError(
    'path-changed',
    `The folder ${storage.path} leads to ${place} now. Put the folder back where it was: backups are not written through a link`,
  );
}

async function requireFree(records: RecordReader, environmentId: string, lock: string): Promise<void> {
  const holder = await records.resolve(lockName(environmentId, lock));
  if (holder === undefined) return;
  throw new EnvironmentError(
    'run-in-progress',
    `The run ${holder.id} is in flight on this environment. Wait for it to end, or cancel it`,
  );
}

import type { TObject, Static } from 'typebox';
import { beginRun, type BegunRun, type PlannedRun } from '../../../jobs/begin-run.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed, UUID } from '../schema.ts';
import { RUN, showRun } from './answers.ts';
import { refusing } from './refusals.ts';

interface RunRoute<B extends TObject> {
  readonly id: string;
  /** Below the environment. */
  readonly below: `/${string}`;
  readonly action: `keystead:${string}`;
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
      const { records, random, vault } = context.services;
      return {
        targets: [{ action: row.action, resource: environmentArn(tenant, params.environmentId) }],
        details: { environment: params.environmentId, ...row.details?.(body as Static<B>) },
        run: (nowMs) =>
          refusing(async () => {
            vault.desk.requireRoom();
            const found = await requireEnvironment(records, tenant, params.environmentId);
            const plan = () => row.plan(context, found, body as Static<B>, nowMs);
            const services = { records, random, vaultRoots: vault.vaultRoots };
            return beginRun(services, tenant, found, plan, { startedBy: principal.arn }, nowMs);
          }),
      };
    },
    // The one place that is reached only when the record is durable, and then always.
    show: (begun: BegunRun, { services, proof }) => {
      services.vault.desk.launch(proof.tenant, begun);
      return showRun(begun.run, undefined);
    },
  });
}

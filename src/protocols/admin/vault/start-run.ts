import Type, { type Static, type TObject } from 'typebox';
import { beginRun, type BegunRun, type PlannedRun } from '../../../jobs/begin-run.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { atVault } from '../../../vault/environments/former-storage.ts';
import type { Slot } from '../../../vault/runs/slots.ts';
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
  /** Whether it can be told of which vault of the environment it is to be. */
  readonly ofAnyVault?: true;
  readonly details?: (body: Static<B>) => Readonly<Record<string, string>>;
  readonly plan: (
    context: AdminContext,
    environment: Environment,
    body: Static<B>,
    nowMs: number,
    /** The environment as its record is, where a vault was named that it has left. */
    present: Environment,
  ) => Promise<PlannedRun> | PlannedRun;
}

const VAULT_ID = {
  vaultId: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{32}$',
      description: 'a vault at a place that was left; by default the one where backups go now',
    }),
  ),
};

/** States an endpoint that starts a run. The run starts when its record is durable, and goes on after the answer. */
export function runRoute<B extends TObject = TObject<Record<never, never>>>(row: RunRoute<B>): AdminRoute {
  const members = row.ofAnyVault ? closed({ ...row.body?.properties, ...VAULT_ID }) : row.body;
  return adminRoute({
    id: row.id,
    method: 'POST',
    path: `/environments/{environmentId}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 201,
    params: closed({ environmentId: UUID }),
    ...(members && { body: members }),
    answer: RUN,
    example: {
      params: { environmentId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21' },
      ...(members && { body: row.example ?? {} }),
    },
    prepare: (context, { params, body }) => {
      const { tenant, principal } = context.proof;
      const { records, random, vault } = context.services;
      const { vaultId } = (body ?? {}) as { readonly vaultId?: string };
      return {
        targets: [{ action: row.action, resource: environmentArn(tenant, params.environmentId) }],
        details: {
          environment: params.environmentId,
          ...(vaultId !== undefined && { vaultId }),
          ...row.details?.(body as Static<B>),
        },
        run: (nowMs) =>
          refusing(async () => {
            const found = await requireEnvironment(records, tenant, params.environmentId);
            // Who has nothing to run here asks for no room, and so takes none from others.
            const slot = vault.desk.takeSlot(tenant);
            context.whenOver(() => slot.giveBack());
            const at = vaultId === undefined ? undefined : atVault(found, vaultId);
            const plan = async () => ({
              ...(at && { at }),
              ...(await row.plan(context, at ?? found, body as Static<B>, nowMs, found)),
            });
            const services = { records, random, vaultRoots: vault.vaultRoots };
            const { value: begun, ...change } = await beginRun(
              services,
              tenant,
              found,
              plan,
              { startedBy: principal.arn },
              nowMs,
            );
            return { value: { begun, slot }, ...change };
          }),
      };
    },
    // The one place that is reached only when the record is durable, and then always.
    show: ({ begun, slot }: { begun: BegunRun; slot: Slot }, { services, proof }) => {
      services.vault.desk.launch(proof.tenant, begun, slot);
      return showRun(begun.run, undefined);
    },
  });
}

import Type from 'typebox';
import { personOf } from '../../../identity/person.ts';
import type { Principal } from '../../../identity/principal.ts';
import { raiseAlerts } from '../../../jobs/raise-alerts.ts';
import type { AlertKind } from '../../../vault/alerts/alert.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import {
  confirmRelease,
  keepingOf,
  placeHold,
  requestRelease,
  withdrawRelease,
  type LegalHold,
  type Somebody,
} from '../../../vault/keeping/legal-hold.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';
import { runRoute } from '../vault/start-run.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const ID = Type.String({ pattern: '^[0-9a-f]{32}$' });
const SNAPSHOT_ID = Type.String({ pattern: '^[0-9a-f]{32}-[0-9]{10}$' });
const EXAMPLE_ID = 'a'.repeat(32);
const REASON = Type.String({ minLength: 1, maxLength: 1_000, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });

const HOLD = named('LegalHold', {
  holdId: ID,
  snapshots: Type.Array(SNAPSHOT_ID, { description: 'none: everything, also what is yet to come' }),
  reason: Type.String(),
  state: Type.Enum(['held', 'released']),
  placedBy: Type.String(),
  placedAt: TIMESTAMP,
  release: Type.Optional(closed({ releaseId: ID, requestedBy: Type.String(), expiresAt: TIMESTAMP })),
  released: Type.Optional(closed({ requestedBy: Type.String(), confirmedBy: Type.String(), releasedAt: TIMESTAMP })),
});

function showHold({ id, snapshots, reason, placedBy, placedAtMs, release, released }: LegalHold) {
  return {
    holdId: id,
    snapshots: [...snapshots],
    reason,
    state: released ? ('released' as const) : ('held' as const),
    placedBy: placedBy.arn,
    placedAt: timestamp(placedAtMs),
    ...(release && {
      release: { releaseId: release.id, requestedBy: release.by.arn, expiresAt: timestamp(release.expiresAtMs) },
    }),
    ...(released && {
      released: {
        requestedBy: released.requestedBy.arn,
        confirmedBy: released.confirmedBy.arn,
        releasedAt: timestamp(released.atMs),
      },
    }),
  };
}

function somebody(principal: Principal): Somebody {
  return { principalId: personOf(principal).principalId, arn: principal.arn };
}

/** The run that brings into the store what the record says. */
function syncing(context: AdminContext, before: Environment, changed: Environment, holdId: string, nowMs: number) {
  const environment = { ...changed, updatedAtMs: nowMs };
  return {
    work: { kind: 'hold', keeping: keepingOf(environment), holdId },
    subject: { holdId },
    environment,
    writes: [putEnvironment(context.proof.tenant.tenantKey, before, environment)],
  } as const;
}

const placeLegalHold = runRoute({
  id: 'placeHold',
  below: '/holds',
  action: 'keystead:PlaceHold',
  summary: 'Places a legal hold: neither rules nor people delete what it covers, until two people release it',
  body: closed({ snapshots: Type.Optional(Type.Array(SNAPSHOT_ID, { maxItems: 1_000 })), reason: REASON }),
  example: { reason: 'Matter 2026-117' },
  details: ({ snapshots = [], reason }) => ({ snapshots: snapshots.join(' ') || 'all', reason }),
  plan: (context, environment, { snapshots = [], reason }, nowMs) => {
    const id = context.services.random(16).toString('hex');
    const hold = { id, snapshots, reason, placedBy: somebody(context.proof.principal), placedAtMs: nowMs };
    return syncing(context, environment, placeHold(environment, hold), id, nowMs);
  },
});

const confirmHoldRelease = runRoute({
  id: 'confirmHoldRelease',
  below: '/hold-releases/confirm',
  action: 'keystead:ConfirmHoldRelease',
  summary: 'Releases a legal hold, as the second person: about the very request of another one',
  body: closed({ holdId: ID, releaseId: ID }),
  example: { holdId: EXAMPLE_ID, releaseId: EXAMPLE_ID },
  details: ({ holdId, releaseId }) => ({ hold: holdId, release: releaseId }),
  plan: (context, environment, { holdId, releaseId }, nowMs) => {
    const by = somebody(context.proof.principal);
    return syncing(context, environment, confirmRelease(environment, holdId, releaseId, by, nowMs), holdId, nowMs);
  },
});

const listHolds = adminRoute({
  id: 'listHolds',
  method: 'GET',
  path: '/environments/{environmentId}/holds',
  action: 'keystead:ListHolds',
  summary: 'Lists the legal holds of an environment, those that were released too',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: closed({ items: Type.Array(HOLD) }),
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:ListHolds', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => ({ value: (await requireEnvironment(records, tenant, params.environmentId)).holds ?? [] })),
  }),
  show: (holds: readonly LegalHold[]) => ({ items: holds.map(showHold) }),
});

type Change = (context: AdminContext, before: Environment, holdId: string, nowMs: number) => Environment;

/** A change of a hold's record alone: the store is not asked. */
interface HoldRow {
  readonly id: string;
  readonly below: string;
  readonly action: `keystead:${string}`;
  readonly summary: string;
  readonly change: Change;
  /** What people are told of it. */
  readonly alert?: AlertKind;
}

function holdRoute(row: HoldRow) {
  return adminRoute({
    id: row.id,
    method: 'POST',
    path: `/environments/{environmentId}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 200,
    params: ENVIRONMENT_PARAMS,
    body: closed({ holdId: ID }),
    answer: HOLD,
    example: { params: EXAMPLE_ENVIRONMENT, body: { holdId: EXAMPLE_ID } },
    prepare: (context, { params, body }) => {
      const { tenant } = context.proof;
      return {
        targets: [{ action: row.action, resource: environmentArn(tenant, params.environmentId) }],
        details: { environment: params.environmentId, hold: body.holdId },
        run: (nowMs) =>
          refusing(async () => {
            const before = await requireEnvironment(context.services.records, tenant, params.environmentId);
            const after = { ...row.change(context, before, body.holdId, nowMs), updatedAtMs: nowMs };
            const value = after.holds?.find(({ id }) => id === body.holdId) as LegalHold;
            const { id: environmentId, label: environment } = before;
            const facts = row.alert === undefined ? [] : [{ kind: row.alert, environmentId, environment }];
            const alerts = await raiseAlerts(context.services, tenant, facts, nowMs);
            return { value, writes: [putEnvironment(tenant.tenantKey, before, after), ...alerts] };
          }),
      };
    },
    show: showHold,
  });
}

const requestHoldRelease = holdRoute({
  id: 'requestHoldRelease',
  below: '/hold-releases',
  action: 'keystead:RequestHoldRelease',
  alert: 'hold-release-asked',
  summary: 'Asks for the release of a legal hold, as the first of two people; the word counts for seven days',
  change: ({ proof, services }, before, holdId, nowMs) =>
    requestRelease(before, holdId, {
      id: services.random(16).toString('hex'),
      by: somebody(proof.principal),
      requestedAtMs: nowMs,
    }),
});

const withdrawHoldRelease = holdRoute({
  id: 'withdrawHoldRelease',
  below: '/hold-releases/withdraw',
  action: 'keystead:WithdrawHoldRelease',
  summary: 'Takes back that somebody asked for the release of a legal hold',
  change: (_context, before, holdId) => withdrawRelease(before, holdId),
});

export const HOLD_ROUTES = [
  placeLegalHold,
  listHolds,
  requestHoldRelease,
  withdrawHoldRelease,
  confirmHoldRelease,
] as const;

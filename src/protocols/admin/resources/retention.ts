import Type from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { planMaintenance } from '../../../jobs/plan-task.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { keepingOf } from '../../../vault/keeping/legal-hold.ts';
import type { RetentionSettings } from '../../../vault/keeping/keeping-settings.ts';
import { DEFAULT_RULES } from '../../../vault/keeping/retention.ts';
import type { RunProblem, RunResult } from '../../../vault/runs/job.ts';
import { isAboutKey } from '../../../vault/runs/run.ts';
import { RequestError } from '../errors.ts';
import { adminRoute } from '../route.ts';
import { closed } from '../schema.ts';
import { showSnapshots, SNAPSHOTS } from '../vault/answers.ts';
import { RETENTION, RULES_INPUT, rulesFrom } from '../vault/keeping-input.ts';
import { refusing } from '../vault/refusals.ts';
import { withSources } from '../vault/snapshot-sources.ts';
import { runRoute } from '../vault/start-run.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const SNAPSHOT_ID = Type.String({ pattern: '^[0-9a-f]{32}-[0-9]{10}$' });
const SOURCE_NAME = Type.String({ minLength: 1, maxLength: 256 });
const SNAPSHOT_IDS = Type.Array(SNAPSHOT_ID, { minItems: 1, maxItems: 1_000 });
const EXAMPLE_SNAPSHOT = `${'0'.repeat(32)}-0000000001`;

function showRetention({ retention = {} }: Environment) {
  const { rules, sources = {} } = retention;
  return {
    ...(rules && { rules: { ...rules } }),
    sources: Object.entries(sources).map(([source, own]) => ({ source, rules: { ...own } })),
  };
}

const getRetention = adminRoute({
  id: 'getRetention',
  method: 'GET',
  path: '/environments/{environmentId}/retention',
  action: 'keystead:GetRetention',
  summary: 'Shows what an environment keeps: of all sources, and of those that have rules of their own',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: RETENTION,
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:GetRetention', resource: environmentArn(tenant, params.environmentId) }],
    run: () => refusing(async () => ({ value: await requireEnvironment(records, tenant, params.environmentId) })),
  }),
  show: showRetention,
});

const setRetention = adminRoute({
  id: 'setRetention',
  method: 'POST',
  path: '/environments/{environmentId}/retention',
  action: 'keystead:SetRetention',
  summary: 'Sets what is kept, of all sources or of one; without rules, takes away those that there are',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed({ source: Type.Optional(SOURCE_NAME), rules: Type.Optional(RULES_INPUT) }),
  answer: RETENTION,
  example: {
    params: EXAMPLE_ENVIRONMENT,
    body: { rules: { daily: 14, weekly: 8, monthly: 12, timeZone: 'Europe/Berlin', trashDays: 14 } },
  },
  prepare: ({ services: { records }, proof: { tenant } }, { params, body }) => ({
    targets: [{ action: 'keystead:SetRetention', resource: environmentArn(tenant, params.environmentId) }],
    details: {
      environment: params.environmentId,
      ...(body.source !== undefined && { source: body.source }),
      ...(body.rules && { rules: { ...body.rules } }),
    },
    run: (nowMs) =>
      refusing(async () => {
        const before = await requireEnvironment(records, tenant, params.environmentId);
        const rules = body.rules && rulesFrom(body.rules);
        const after = { ...before, retention: changed(before.retention ?? {}, body.source, rules), updatedAtMs: nowMs };
        return { value: after, writes: [putEnvironment(tenant.tenantKey, before, after)] };
      }),
  }),
  show: showRetention,
});

function changed(
  settings: RetentionSettings,
  source: string | undefined,
  rules: RetentionSettings['rules'],
): RetentionSettings {
  const { rules: general, sources = {} } = settings;
  if (source === undefined) return { sources, ...(rules && { rules }) };
  const others = Object.fromEntries(Object.entries(sources).filter(([name]) => name !== source));
  return { ...(general && { rules: general }), sources: rules ? { ...others, [source]: rules } : others };
}

interface Kept {
  readonly result: RunResult;
  /** Why the master key could not be asked. */
  readonly withoutKey?: RunProblem;
}

const listKept = adminRoute({
  id: 'listKept',
  method: 'GET',
  path: '/environments/{environmentId}/kept',
  action: 'keystead:ListKept',
  summary:
    'Lists the snapshots with what keeps each, when it expires, and what is in the trash; where the master key says no, what can be told without it',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  answer: SNAPSHOTS,
  example: { params: EXAMPLE_ENVIRONMENT },
  prepare: ({ services, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:ListKept', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        const { questions } = services.vault;
        const end = await questions.kept(tenant, environment, keepingOf(environment));
        if (end.state === 'succeeded') return { value: { result: end.report.result } };
        if (!isAboutKey(end.problem)) throw new RequestError({ status: 422, ...end.problem });
        const there = await questions.there(tenant, environment);
        if (there.state !== 'succeeded') throw new RequestError({ status: 422, ...end.problem });
        const { snapshots = [], ...rest } = there.report.result;
        const named = await withSources(services.records, tenant, environment.id, snapshots);
        return { value: { result: { ...rest, snapshots: named }, withoutKey: end.problem } };
      }),
  }),
  show: ({ result, withoutKey }: Kept) => ({
    ...showSnapshots(result),
    ...(withoutKey && { withoutKey: { code: withoutKey.code, message: withoutKey.message } }),
  }),
});

const previewRetention = adminRoute({
  id: 'previewRetention',
  method: 'POST',
  path: '/environments/{environmentId}/retention/preview',
  action: 'keystead:ListKept',
  summary: 'Lists the snapshots with what would keep each under other rules; changes nothing, asks the master key',
  status: 200,
  params: ENVIRONMENT_PARAMS,
  body: closed({ source: Type.Optional(SOURCE_NAME), rules: Type.Optional(RULES_INPUT) }),
  answer: SNAPSHOTS,
  example: { params: EXAMPLE_ENVIRONMENT, body: { rules: { daily: 14, weekly: 8, monthly: 12 } } },
  prepare: ({ services, proof: { tenant } }, { params, body }) => ({
    targets: [{ action: 'keystead:ListKept', resource: environmentArn(tenant, params.environmentId) }],
    details: { environment: params.environmentId, preview: true },
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        const rules = body.rules && rulesFrom(body.rules);
        const wanted = { ...environment, retention: changed(environment.retention ?? {}, body.source, rules) };
        const end = await services.vault.questions.kept(tenant, environment, keepingOf(wanted));
        if (end.state === 'succeeded') return { value: end.report.result };
        throw new RequestError({ status: 422, ...end.problem });
      }),
  }),
  show: (result: RunResult) => showSnapshots(result),
});

const startMaintenance = runRoute({
  id: 'startMaintenance',
  ofAnyVault: true,
  below: '/maintenance',
  action: 'keystead:StartMaintenance',
  summary: 'Looks after an environment: expires by the rules, empties the trash, prunes in two phases, extends locks',
  body: closed({
    dryRun: Type.Optional(Type.Boolean({ default: false, description: 'says what would be done' })),
    repack: Type.Optional(
      Type.Boolean({ default: false, description: 'rewrites packs that are mostly dead; reads every tree' }),
    ),
  }),
  example: { dryRun: true },
  plan: ({ services: { vault } }, environment, { dryRun = false, repack = false }) => {
    if (dryRun || vault.isClockBelieved()) return planMaintenance(environment, { dryRun, repack });
    throw new EnvironmentError(
      'clock-doubted',
      "The server's clock was set within the last hour, and a maintenance deletes by it: check that the clock is right, and ask again when it has gone on for an hour. With dryRun you see now what would be done",
    );
  },
});

const moveToTrash = runRoute({
  id: 'moveToTrash',
  ofAnyVault: true,
  below: '/trash',
  action: 'keystead:MoveToTrash',
  summary: 'Moves snapshots to the trash, whatever the rules say; they can be taken back until its days are over',
  body: closed({
    snapshots: SNAPSHOT_IDS,
    days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_650, description: 'by default those of the rules' })),
  }),
  example: { snapshots: [EXAMPLE_SNAPSHOT] },
  details: ({ snapshots }) => ({ snapshots: snapshots.join(' ') }),
  plan: (_context, environment, { snapshots, days }) => ({
    work: {
      kind: 'trash',
      keeping: keepingOf(environment),
      snapshots,
      days: days ?? environment.retention?.rules?.trashDays ?? DEFAULT_RULES.trashDays,
    },
    subject: { ...(snapshots.length === 1 && { snapshotId: snapshots[0] as string }) },
  }),
});

const takeBack = runRoute({
  id: 'takeBackSnapshots',
  ofAnyVault: true,
  below: '/trash/take-back',
  action: 'keystead:TakeBackSnapshots',
  summary: 'Takes snapshots back from the trash; no rule puts them there again',
  body: closed({ snapshots: SNAPSHOT_IDS }),
  example: { snapshots: [EXAMPLE_SNAPSHOT] },
  details: ({ snapshots }) => ({ snapshots: snapshots.join(' ') }),
  plan: (_context, environment, { snapshots }) => ({
    work: { kind: 'take-back', keeping: keepingOf(environment), snapshots },
    subject: { ...(snapshots.length === 1 && { snapshotId: snapshots[0] as string }) },
  }),
});

const acceptLoss = runRoute({
  id: 'acceptLoss',
  ofAnyVault: true,
  below: '/losses',
  action: 'keystead:AcceptLoss',
  summary: 'Accepts that snapshots are missing or damaged for good, so that the environment can be looked after again',
  body: closed({ snapshots: SNAPSHOT_IDS }),
  example: { snapshots: [EXAMPLE_SNAPSHOT] },
  details: ({ snapshots }) => ({ snapshots: snapshots.join(' ') }),
  plan: (_context, environment, { snapshots }) => ({
    work: { kind: 'accept-loss', keeping: keepingOf(environment), snapshots },
    subject: { ...(snapshots.length === 1 && { snapshotId: snapshots[0] as string }) },
  }),
});

const forget = runRoute({
  id: 'forgetSnapshots',
  ofAnyVault: true,
  below: '/forget',
  action: 'keystead:ForgetSnapshots',
  summary: 'Destroys what opens snapshots, or everything of a source: it cannot be undone',
  body: closed({ snapshots: Type.Optional(SNAPSHOT_IDS), source: Type.Optional(SOURCE_NAME) }),
  example: { snapshots: [EXAMPLE_SNAPSHOT] },
  details: ({ snapshots, source }) => ({
    ...(snapshots && { snapshots: snapshots.join(' ') }),
    ...(source !== undefined && { source }),
  }),
  plan: (_context, environment, { snapshots, source }) => {
    if ((snapshots === undefined) === (source === undefined)) {
      const message = 'What is to be forgotten is not said. Name either snapshots or a source';
      throw new RequestError({ status: 400, code: 'forget-what', message });
    }
    const what = snapshots ? { snapshots } : { source: source as string };
    return {
      work: { kind: 'forget', keeping: keepingOf(environment), what },
      subject: { ...(source !== undefined && { source }), ...(snapshots?.[0] && { snapshotId: snapshots[0] }) },
    };
  },
});

const retireDataKey = runRoute({
  id: 'retireDataKey',
  ofAnyVault: true,
  below: '/retired-keys',
  action: 'keystead:RetireDataKey',
  summary: 'Retires a data key that leaked, and rewrites what lies under it; without a key, goes on with the rewriting',
  body: closed({
    key: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{32}$', description: 'its id, as heads of snapshots name it' }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'of packs that are rewritten now' }),
    ),
  }),
  example: { key: 'a'.repeat(32) },
  details: ({ key }) => ({ ...(key !== undefined && { dataKey: key }) }),
  plan: (_context, environment, { key, maxBytes }) => ({
    work: {
      kind: 'retire',
      keeping: keepingOf(environment),
      ...(key !== undefined && { key }),
      ...(maxBytes !== undefined && { maxBytes }),
    },
    subject: { ...(key !== undefined && { dataKey: key }) },
  }),
});

export const RETENTION_ROUTES = [
  getRetention,
  setRetention,
  listKept,
  previewRetention,
  startMaintenance,
  moveToTrash,
  takeBack,
  acceptLoss,
  forget,
  retireDataKey,
] as const;

import Type from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { nextCheckMs, type KeyWatch } from '../../../vault/key-watch/key-watch.ts';
import type { WatchedOutlook } from '../../../vault/key-watch/watched-outlook.ts';
import type { KeyOutlook } from '../../../vault/recovery/key-outlook.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminRoute } from '../route.ts';
import { named, TIMESTAMP, timestamp, closed } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const TEXT = Type.String();

const KEY_WATCH = named('KeyWatch', {
  keys: Type.Array(
    named('WatchedKey', {
      provider: TEXT,
      keyId: TEXT,
      state: Type.String({ description: 'good, doubtful, or what stands in the way' }),
      since: TIMESTAMP,
      deletionAt: Type.Optional(TIMESTAMP),
      opensOnlyLeft: Type.Optional(
        Type.Boolean({ description: 'it opens places that were left, and holds no run of today' }),
      ),
      outlook: Type.Optional(
        named('WatchedOutlook', {
          snapshotCount: Type.Integer(),
          unreadableCount: Type.Integer({ description: 'how many nobody could open any more without this key' }),
          unreadable: Type.Array(TEXT, { description: 'the ids of the newest fifty of them' }),
          newest: Type.Optional(closed({ snapshotId: TEXT, takenAt: TIMESTAMP })),
          oldest: Type.Optional(closed({ snapshotId: TEXT, takenAt: TIMESTAMP })),
          at: TIMESTAMP,
        }),
      ),
    }),
  ),
  held: Type.Optional(closed({ since: TIMESTAMP, code: TEXT, keyId: TEXT })),
  checkedAt: Type.Optional(TIMESTAMP),
  nextCheckAt: Type.Optional(TIMESTAMP),
});

const KEY_OUTLOOK = named('KeyOutlook', {
  keyId: TEXT,
  snapshotCount: Type.Integer(),
  unreadableCount: Type.Integer(),
  unreadable: Type.Array(closed({ snapshotId: TEXT, takenAt: TIMESTAMP }), {
    description: 'the newest thousand of those that nobody could open any more',
  }),
  oldestUnreadable: Type.Optional(closed({ snapshotId: TEXT, takenAt: TIMESTAMP })),
  others: Type.Array(TEXT, { description: 'the master keys that open all the rest' }),
});

/** What is known of an environment's keys, and a look at them now. */
export const KEY_WATCH_ROUTES: readonly AdminRoute[] = [
  adminRoute({
    id: 'getKeyWatch',
    method: 'GET',
    path: '/environments/{environmentId}/key-watch',
    action: 'keystead:GetKeyWatch',
    summary: 'Shows how the master keys of an environment were last found, and whether scheduled runs are held',
    status: 200,
    params: ENVIRONMENT_PARAMS,
    answer: KEY_WATCH,
    example: { params: EXAMPLE_ENVIRONMENT },
    prepare: ({ services, proof: { tenant } }, { params }) => ({
      targets: [{ action: 'keystead:GetKeyWatch', resource: environmentArn(tenant, params.environmentId) }],
      run: () =>
        refusing(async () => {
          const { id } = await requireEnvironment(services.records, tenant, params.environmentId);
          return { value: await services.vault.watcher.known(tenant, id) };
        }),
    }),
    show: showKeyWatch,
  }),
  adminRoute({
    id: 'checkKeys',
    method: 'POST',
    path: '/environments/{environmentId}/key-watch/check',
    action: 'keystead:CheckKeys',
    summary: 'Uses the master keys of an environment now; what was held goes on when they are good',
    status: 200,
    params: ENVIRONMENT_PARAMS,
    answer: KEY_WATCH,
    example: { params: EXAMPLE_ENVIRONMENT },
    prepare: ({ services, proof: { tenant } }, { params }) => ({
      targets: [{ action: 'keystead:CheckKeys', resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId },
      run: () =>
        refusing(async () => {
          const environment = await requireEnvironment(services.records, tenant, params.environmentId);
          return { value: await services.vault.watcher.check(tenant, environment) };
        }),
    }),
    show: showKeyWatch,
  }),
  adminRoute({
    id: 'lookAheadOfKey',
    method: 'POST',
    path: '/environments/{environmentId}/key-outlook',
    action: 'keystead:GetKeyWatch',
    summary: 'Says which snapshots nobody could open any more if a master key were gone: asked before it is deleted',
    status: 200,
    params: ENVIRONMENT_PARAMS,
    body: closed({ keyId: Type.String({ minLength: 1, maxLength: 2048 }) }),
    answer: KEY_OUTLOOK,
    example: {
      params: EXAMPLE_ENVIRONMENT,
      body: { keyId: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
    },
    prepare: ({ services, proof: { tenant } }, { params, body }) => ({
      targets: [{ action: 'keystead:GetKeyWatch', resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId, masterKey: body.keyId },
      run: () =>
        refusing(async () => {
          const environment = await requireEnvironment(services.records, tenant, params.environmentId);
          const end = await services.vault.questions.outlook(tenant, environment, body.keyId);
          if (end.state === 'succeeded') return { value: end.report.answer as KeyOutlook };
          throw new RequestError({ status: 422, ...end.problem });
        }),
    }),
    show: ({ unreadable, others, ...outlook }: KeyOutlook) => ({
      ...outlook,
      unreadable: unreadable.map((one) => ({ ...one })),
      others: [...others],
    }),
  }),
];

function showKeyWatch(watch: KeyWatch | undefined) {
  if (watch === undefined) return { keys: [] };
  const { keys, held, checkedAtMs } = watch;
  return {
    keys: keys.map(({ provider, keyId, state, sinceMs, deletionAtMs, outlook, isFormer }) => ({
      provider,
      keyId,
      state,
      since: timestamp(sinceMs),
      ...(deletionAtMs !== undefined && { deletionAt: timestamp(deletionAtMs) }),
      ...(isFormer && { opensOnlyLeft: true }),
      ...(outlook && { outlook: showOutlook(outlook) }),
    })),
    ...(held && { held: { since: timestamp(held.sinceMs), code: held.code, keyId: held.keyId } }),
    checkedAt: timestamp(checkedAtMs),
    nextCheckAt: timestamp(nextCheckMs(watch)),
  };
}

function showOutlook({ atMs, ...outlook }: WatchedOutlook) {
  return { ...outlook, unreadable: [...outlook.unreadable], at: timestamp(atMs) };
}

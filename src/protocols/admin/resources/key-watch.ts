import Type from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { nextCheckMs, type KeyWatch } from '../../../vault/key-watch/key-watch.ts';
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
    }),
  ),
  held: Type.Optional(closed({ since: TIMESTAMP, code: TEXT, keyId: TEXT })),
  checkedAt: Type.Optional(TIMESTAMP),
  nextCheckAt: Type.Optional(TIMESTAMP),
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
];

function showKeyWatch(watch: KeyWatch | undefined) {
  if (watch === undefined) return { keys: [] };
  const { keys, held, checkedAtMs } = watch;
  return {
    keys: keys.map(({ provider, keyId, state, sinceMs, deletionAtMs }) => ({
      provider,
      keyId,
      state,
      since: timestamp(sinceMs),
      ...(deletionAtMs !== undefined && { deletionAt: timestamp(deletionAtMs) }),
    })),
    ...(held && { held: { since: timestamp(held.sinceMs), code: held.code, keyId: held.keyId } }),
    checkedAt: timestamp(checkedAtMs),
    nextCheckAt: timestamp(nextCheckMs(watch)),
  };
}

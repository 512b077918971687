import { everyItem, type Run } from '@keystead/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';
import { isFollowing } from '../../../api/live/follow.ts';
import { FOLLOWS_CHANGES } from '../../../api/live/use-live-events.ts';

const POLL_MS = 1_000;
const SLOW_POLL_MS = 15_000;
/** What is told is asked for all the same, as streams may be late. Each question is an entry of the audit log. */
const pollMs = (): number => (isFollowing() ? TOLD_POLL_MS : POLL_MS);
const TOLD_POLL_MS = 10_000;
/** How many of a list are read at once. */
export const MAX_PAGE = 100;

/** Where everything of one environment stands among what was read: a change of it begins here. */
export const environmentKey = (environmentId: string) => ['environments', environmentId] as const;
export const ENVIRONMENTS_KEY = ['environments'] as const;

async function all<Item>(page: Parameters<typeof everyItem<Item>>[0]): Promise<readonly Item[]> {
  return Array.fromAsync(everyItem<Item>(page));
}

export const environmentsQuery = (api: Api) =>
  queryOptions({
    queryKey: [...ENVIRONMENTS_KEY, 'list'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => all((after) => api.listEnvironments({ after, limit: MAX_PAGE })),
  });

export const environmentQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'itself'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => api.getEnvironment(id),
  });

export const sourcesQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'sources'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => all((after) => api.listSources(id, { after, limit: MAX_PAGE })),
  });

export const schedulesQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'schedules'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => all((after) => api.listSchedules(id, { after, limit: MAX_PAGE })),
  });

/** What the store has: asks no master key. */
export const snapshotsQuery = (api: Api, id: string) =>
  queryOptions({ queryKey: [...environmentKey(id), 'snapshots'], queryFn: () => api.listSnapshots(id) });

/** The same with what keeps each: asks the master key, so it fails while that is off. */
export const keptQuery = (api: Api, id: string) =>
  queryOptions({ queryKey: [...environmentKey(id), 'kept'], queryFn: () => api.listKept(id), retry: false });

/** The newest runs, newest first. While one is in flight they are read again and again. */
export const runsQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'runs'],
    queryFn: async () => (await api.listRuns(id, { order: 'newest-first', limit: MAX_PAGE })).items,
    refetchInterval: ({ state }) => (state.data?.some(isOpen) === true ? pollMs() : SLOW_POLL_MS),
  });

/** All runs, newest first, page by page. */
export const everyRunQuery = (api: Api, id: string) =>
  infiniteQueryOptions({
    queryKey: [...environmentKey(id), 'every-run'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: after }) => api.listRuns(id, { order: 'newest-first', after, limit: MAX_PAGE }),
    getNextPageParam: ({ next }) => next,
  });

export const runQuery = (api: Api, runId: string) =>
  queryOptions({
    queryKey: ['runs', runId],
    queryFn: () => api.getRun(runId),
    refetchInterval: ({ state }) => (state.data !== undefined && isOpen(state.data) ? pollMs() : false),
  });

export const keyWatchQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'key-watch'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => api.getKeyWatch(id),
  });

export const retentionQuery = (api: Api, id: string) =>
  queryOptions({ queryKey: [...environmentKey(id), 'retention'], queryFn: () => api.getRetention(id) });

export const holdsQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'holds'],
    meta: FOLLOWS_CHANGES,
    queryFn: async () => (await api.listHolds(id)).items,
  });

export const agentsQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: [...environmentKey(id), 'agents'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => all((after) => api.listAgents(id, { after, limit: MAX_PAGE })),
  });

export const alertChannelsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['alert-channels'],
    meta: FOLLOWS_CHANGES,
    queryFn: () => all((after) => api.listAlertChannels({ after, limit: MAX_PAGE })),
  });

export const alertsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['alerts'],
    queryFn: async () => (await all((after) => api.listAlerts({ after, limit: MAX_PAGE }))).toReversed(),
  });

/** Whether a run goes on. */
export function isOpen(run: Run): boolean {
  return run.state === 'running';
}

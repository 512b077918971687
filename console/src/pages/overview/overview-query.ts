import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';
import { isFollowing } from '../../api/live/follow.ts';
import { FOLLOWS_CHANGES } from '../../api/live/use-live-events.ts';

const ASKED_EVERY_MS = 20_000;
/** What no change tells of: uses, the size of the log, what time makes of things. */
const TOLD_EVERY_MS = 60_000;

/** How things stand: read anew when something changes, and now and then. */
export const overviewQuery = (api: Api) =>
  queryOptions({
    queryKey: ['overview'],
    queryFn: () => api.getOverview(),
    meta: FOLLOWS_CHANGES,
    refetchInterval: () => (isFollowing() ? TOLD_EVERY_MS : ASKED_EVERY_MS),
  });

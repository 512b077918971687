import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';

const REFRESH_MS = 20_000;

/** How things stand, read anew while it is looked at. */
export const overviewQuery = (api: Api) =>
  queryOptions({ queryKey: ['overview'], queryFn: () => api.getOverview(), refetchInterval: REFRESH_MS });

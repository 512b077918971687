import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';
import { logApi } from './log-api.ts';
import type { LogName } from './audit-search.ts';
import { watchLog } from './watch-log.ts';

const FRESH_MS = 60_000;
/** A log is signed a second or so after its first entry. */
const NEW_MS = 2_000;

/** The name under which a browser keeps a log: the tenant's id, or `installation`. */
export function keptName(log: LogName, tenantId: string): string {
  return log === 'installation' ? 'installation' : tenantId;
}

/** Proves once a minute at the most, where it is looked at, that a log has only grown. */
export const logWatchQuery = (api: Api, log: LogName, tenantId: string) =>
  queryOptions({
    queryKey: ['audit', 'watch', log, tenantId],
    queryFn: () => watchLog(keptName(log, tenantId), logApi(api, log)),
    staleTime: FRESH_MS,
    refetchInterval: ({ state: { data } }) => (data?.kind === 'new' ? NEW_MS : false),
  });

import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { everyItem } from '@keystead/sdk';
import { useApi, type Api } from '../../api/api.ts';

const PAGE_LENGTH = 100;

export const regionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['regions'],
    queryFn: () => Array.fromAsync(everyItem((after) => api.listRegions({ after, limit: PAGE_LENGTH }))),
  });

/** The regions of the own tenant. */
export function useRegions() {
  return useSuspenseQuery(regionsQuery(useApi())).data;
}

import { everyItem, type Region } from '@keystead/sdk';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi, type Api } from '../../api/api.ts';

const REMEMBERED = 'keystead.region';
const FRESH_MS = 60_000;

export const regionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['regions'],
    queryFn: () => Array.fromAsync(everyItem<Region>((after) => api.listRegions({ after }))),
    staleTime: FRESH_MS,
  });

/** The regions of the tenant, the oldest first. */
export function useRegions(): readonly string[] {
  return useSuspenseQuery(regionsQuery(useApi())).data.map(({ region }) => region);
}

/** The region that a page is about: the one asked for, else the one looked at last, else the first there is. */
export function useRegion(asked: string | undefined): string {
  const regions = useRegions();
  const remembered = localStorage.getItem(REMEMBERED) ?? '';
  const region = asked ?? (regions.includes(remembered) ? remembered : regions[0]) ?? '';
  useEffect(() => {
    if (regions.includes(region)) localStorage.setItem(REMEMBERED, region);
  }, [region, regions]);
  return region;
}

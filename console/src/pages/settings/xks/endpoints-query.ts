import { everyItem, type XksEndpoint } from '@keystead/sdk';
import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';

/** Where everything of the endpoints stands among what was read. */
export const ENDPOINTS_KEY = ['xks-endpoints'] as const;

export const endpointsQuery = (api: Api) =>
  queryOptions({
    queryKey: [...ENDPOINTS_KEY, 'list'],
    queryFn: () => Array.fromAsync(everyItem<XksEndpoint>((after) => api.listXksEndpoints({ after }))),
  });

export const endpointQuery = (api: Api, endpointId: string) =>
  queryOptions({ queryKey: [...ENDPOINTS_KEY, endpointId], queryFn: () => api.getXksEndpoint(endpointId) });

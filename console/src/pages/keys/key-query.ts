import type { Key } from '@keystead/sdk';
import { queryOptions, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useApi, type Api } from '../../api/api.ts';

/** The name in the cache of everything that is known of one key. */
export const keyPlace = (region: string, keyId: string) => ['keys', region, 'one', keyId] as const;

export const keyQuery = (api: Api, region: string, keyId: string) =>
  queryOptions({ queryKey: keyPlace(region, keyId), queryFn: () => api.getKey(region, keyId) });

/** Puts what a change answered where the page reads it, and has all lists read again. */
function takeKey(queries: QueryClient, key: Key, keyId: string): void {
  queries.setQueryData<Key>(keyPlace(key.region, keyId), key);
  void queries.invalidateQueries({ queryKey: ['keys'] });
}

/** Does something with a key, and shows what came of it. `keyId` is the one of the page: an alias or an id. */
export function useKeyChange(region: string, keyId: string) {
  const api = useApi();
  const queries = useQueryClient();
  return async (change: (api: Api, region: string, keyId: string) => Promise<Key>): Promise<Key> => {
    const key = await change(api, region, keyId);
    takeKey(queries, key, keyId);
    return key;
  };
}

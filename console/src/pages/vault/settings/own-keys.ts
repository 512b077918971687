import { everyItem, type KeySummary } from '@keystead/sdk';
import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';

const MAX_PAGE = 100;

/** The names of the tenant's regions. */
export const regionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['regions', 'names'],
    queryFn: async () =>
      (await Array.fromAsync(everyItem((after) => api.listRegions({ after, limit: MAX_PAGE })))).map(
        ({ region }) => region,
      ),
  });

/** Every key of the tenant, in whatever region: so that one of another region can be told of as such. */
export const allKeysQuery = (api: Api) =>
  queryOptions({
    queryKey: ['keys', 'of-all-regions'],
    queryFn: async (): Promise<readonly KeySummary[]> => {
      const regions = await Array.fromAsync(everyItem((after) => api.listRegions({ after, limit: MAX_PAGE })));
      const lists = await Promise.all(
        regions.map(({ region }) =>
          Array.fromAsync(everyItem((after) => api.listKeys(region, { after, limit: MAX_PAGE }))),
        ),
      );
      return lists.flat();
    },
  });

/** The key that a name means, first in the region that is meant. */
export function findKey(keys: readonly KeySummary[], name: string, region: string): KeySummary | undefined {
  const found = keys.filter(({ keyId, arn, aliases }) => keyId === name || arn === name || aliases.includes(name));
  return found.find((key) => key.region === region) ?? found[0];
}

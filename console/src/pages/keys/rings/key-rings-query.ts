import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';

/** The key rings of a region, the default one first. */
export const keyRingsQuery = (api: Api, region: string) =>
  queryOptions({
    queryKey: ['keys', region, 'rings'],
    queryFn: async () => (await api.listKeyRings(region)).items,
    enabled: region !== '',
  });

import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { regionsQuery } from '../keys/regions.ts';

/** The regions of the own tenant, with what is known of each. */
export function useRegions() {
  return useSuspenseQuery(regionsQuery(useApi())).data;
}

import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useApi, type Api } from './api.ts';

const FRESH_MS = 60_000;

export const whoAmIQuery = (api: Api) =>
  queryOptions({ queryKey: ['who-am-i'], queryFn: () => api.whoAmI(), staleTime: FRESH_MS });

/** Who is signed in. For pages behind the sign-in. */
export function useWhoAmI() {
  return useSuspenseQuery(whoAmIQuery(useApi())).data;
}

import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';

export const ownSignInQuery = (api: Api) =>
  queryOptions({ queryKey: ['own-sign-in'], queryFn: () => api.getOwnSignIn() });

/** Providers of the tenant that are switched on. */
export const ownProvidersQuery = (api: Api, account: string) =>
  queryOptions({
    queryKey: ['own-providers', account],
    queryFn: async () => (await api.getSignInOptions({ account })).providers,
  });

export const ownSessionsQuery = (api: Api) =>
  queryOptions({ queryKey: ['own-sessions'], queryFn: async () => (await api.listOwnSessions()).items });

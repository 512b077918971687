import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';

export const ownSignInQuery = (api: Api) =>
  queryOptions({ queryKey: ['own-sign-in'], queryFn: () => api.getOwnSignIn() });

export const ownSessionsQuery = (api: Api) =>
  queryOptions({ queryKey: ['own-sessions'], queryFn: async () => (await api.listOwnSessions()).items });

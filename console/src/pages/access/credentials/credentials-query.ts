import { everyItem, type Credential, type Policy, type Role } from '@keystead/sdk';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';
import { viewTimes, type CredentialSearch } from './credential-search.ts';

export const credentialsQuery = (api: Api, { type, state, view }: CredentialSearch, principal: string | undefined) => {
  const query = { type, state, principal, ...viewTimes(view, Date.now()) };
  return queryOptions({
    queryKey: ['credentials', query],
    queryFn: () => Array.fromAsync(everyItem<Credential>((after) => api.listCredentials({ ...query, after }))),
    placeholderData: keepPreviousData,
  });
};

export const rolesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['roles', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Role>((after) => api.listRoles({ after }))),
  });

export const policiesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['policies', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Policy>((after) => api.listPolicies({ after }))),
  });

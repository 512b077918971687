import { everyItem, type ConsoleSession, type Credential, type Enrolment, type Policy } from '@keystead/sdk';
import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';

/** The whole list: people count tens or hundreds of these. */
async function all<Item>(page: Parameters<typeof everyItem<Item>>[0]): Promise<readonly Item[]> {
  return Array.fromAsync(everyItem<Item>(page));
}

const from = (after: string | undefined): { readonly after?: string } => (after === undefined ? {} : { after });

export const principalQuery = (api: Api, principalId: string) =>
  queryOptions({ queryKey: ['principals', principalId], queryFn: () => api.getPrincipal(principalId) });

export const principalSignInQuery = (api: Api, principalId: string) =>
  queryOptions({
    queryKey: ['principals', principalId, 'sign-in'],
    queryFn: () => api.getPrincipalSignIn(principalId),
  });

export const enrolmentsQuery = (api: Api) =>
  queryOptions({ queryKey: ['enrolments'], queryFn: () => all<Enrolment>((after) => api.listEnrolments(from(after))) });

export const policiesQuery = (api: Api) =>
  queryOptions({ queryKey: ['policies'], queryFn: () => all<Policy>((after) => api.listPolicies(from(after))) });

/** Every action that a policy can name. */
export const actionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['actions'],
    queryFn: async () => (await api.listActions()).actions,
    staleTime: Infinity,
  });

export const policyQuery = (api: Api, name: string) =>
  queryOptions({ queryKey: ['policies', name], queryFn: () => api.getPolicy(name) });

export const sessionsOfQuery = (api: Api, principalId: string) =>
  queryOptions({
    queryKey: ['sessions', principalId],
    queryFn: () => all<ConsoleSession>((after) => api.listSessions({ principalId, ...from(after) })),
  });

/** Which credentials are asked for. */
export interface CredentialFilter {
  readonly principal?: string | undefined;
  readonly type?: 'access-key' | 'session' | 'api-key' | undefined;
  readonly state?: 'active' | 'suspended' | 'inactive' | undefined;
  readonly unusedSince?: string | undefined;
  readonly expiringBefore?: string | undefined;
}

export const credentialsQuery = (api: Api, filter: CredentialFilter) =>
  queryOptions({
    queryKey: ['credentials', filter],
    queryFn: () => all<Credential>((after) => api.listCredentials({ ...filter, ...from(after) })),
  });

import { everyItem, type Approval, type ConsoleSession, type IdentityProvider, type Principal } from '@keystead/sdk';
import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';

/** The users of the tenant, people and programs. */
export const principalsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['principals', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Principal>((after) => api.listPrincipals({ after }))),
  });

export const sessionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['sessions', 'all'],
    queryFn: () => Array.fromAsync(everyItem<ConsoleSession>((after) => api.listSessions({ after }))),
  });

export const approvalsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['approvals'],
    queryFn: () => Array.fromAsync(everyItem<Approval>((after) => api.listApprovals({ after }))),
  });

export const providersQuery = (api: Api) =>
  queryOptions({
    queryKey: ['identity-providers'],
    queryFn: () => Array.fromAsync(everyItem<IdentityProvider>((after) => api.listIdentityProviders({ after }))),
  });

export const signInSettingsQuery = (api: Api) =>
  queryOptions({ queryKey: ['sign-in-settings'], queryFn: () => api.getSignInSettings() });

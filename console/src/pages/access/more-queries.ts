import { everyItem, type ConsoleSession, type Principal } from '@keystead/sdk';
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

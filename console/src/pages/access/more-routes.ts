import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { accessRoute } from './access-route.ts';
import { credentialSearch } from './credentials/credential-search.ts';

/** Sessions, credentials, approvals, providers and roles: children of the area's route. */
export const moreAccessRoutes = [
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'sessions',
    validateSearch: (search: Record<string, unknown>): { readonly person?: string } => ({
      ...(typeof search['person'] === 'string' && { person: search['person'] }),
    }),
    component: lazyRouteComponent(() => import('./sessions/sessions-page.tsx'), 'SessionsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'credentials',
    validateSearch: credentialSearch,
    component: lazyRouteComponent(() => import('./credentials/credentials-page.tsx'), 'CredentialsPage'),
  }),
] as const;

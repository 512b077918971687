import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { accessRoute } from './access-route.ts';

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
] as const;

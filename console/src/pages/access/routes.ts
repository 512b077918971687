import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/root-route.ts';
import { shellRoute } from '../../app/shell-route.ts';

/** What those see who are not signed in. */
export const signInRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: 'sign-in',
    validateSearch: (search: Record<string, unknown>): { readonly next?: string; readonly problem?: string } => ({
      ...(typeof search['next'] === 'string' && { next: search['next'] }),
      ...(typeof search['problem'] === 'string' && { problem: search['problem'] }),
    }),
    component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
  }),
] as const;

export const accessRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'access',
    component: lazyRouteComponent(() => import('./access-page.tsx'), 'AccessPage'),
  }),
] as const;
